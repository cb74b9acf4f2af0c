import type { TwoServers } from "./two-servers.ts";

/** What a request came to, at one of the servers. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** How many ask for the same at the same time, half of them at either server. */
export const RACERS = 4;

export const IN_FLIGHT = 409;

/** Asks both servers for the same, at once, under one key if there is one. Answers all answers. */
export function raced(
  { apps, token }: TwoServers,
  { path, body, key }: { readonly path: string; readonly body: unknown; readonly key?: string },
): Promise<Answer[]> {
  const authorization = `Bearer ${token}`;
  return Promise.all(
    Array.from({ length: RACERS }, async (_, index) => {
      const { http } = index % 2 === 0 ? apps[0] : apps[1];
      const { statusCode, payload } = await http.inject({
        method: "POST",
        url: path,
        headers: { authorization, ...(key === undefined ? {} : { "idempotency-key": key }) },
        payload: body as object,
      });
      return { status: statusCode, body: JSON.parse(payload) as unknown };
    }),
  );
}
