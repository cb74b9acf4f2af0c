import type { Json, TestApp } from "#test/support/app.ts";

/** Whose story it is, and how its events come about. */
export interface Teller {
  readonly shop: TestApp;
  readonly token: string;
  readonly projectId: number;
  /** A reference that was not used before. */
  readonly newReference: () => string;
  /** Asks for what is granted; throws what is refused. */
  taken(method: "GET" | "POST", url: string, body?: object): Promise<Json>;
  /** What a query finds in the project. */
  rows<Row extends object>(sql: string, customerId: bigint): Promise<Row[]>;
}

export function tellerOf(shop: TestApp, whose: "sandbox" | "other"): Teller {
  const token = shop.tokens[whose];
  const projectId = shop.projectIds[whose];
  let references = 0;
  return {
    shop,
    token,
    projectId,
    newReference: () => `name-${(references += 1)}`,
    async taken(method, url, body) {
      const answer = await shop.call(method, url, {
        token,
        ...(body === undefined ? {} : { body }),
      });
      if (answer.status < 300) return answer.body;
      throw new Error(`${method} ${url} answered ${JSON.stringify(answer.body)}`);
    },
    rows: (sql, customerId) =>
      shop.app.db.inProject(projectId, (tx) => tx.query(sql, [customerId])),
  };
}
