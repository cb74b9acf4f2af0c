import { present } from "#kernel/assert.ts";
import type { Json, TestApp } from "./app.ts";
import { type Customer, flat, perUnit, type Story } from "./story.ts";

/** What a plan costs in its first version, and in its second. */
export const cheap = [flat("30.00", "advance"), flat("10.00"), perUnit("packages", "1.50")];
export const dear = [flat("45.00", "advance"), flat("12.00"), perUnit("packages", "2.00")];

/** Tells of migrations, by the public API alone. */
export interface Migrations {
  /** Asks for what is granted; throws what is refused. */
  taken(method: "GET" | "POST", path: string, body?: object): Promise<Json>;
  /** Publishes the next version of a plan. */
  nextVersion(plan: string, prices: readonly object[], more?: object): Promise<void>;
  /** Drafts a migration of a plan, and has it worked out; answers its id. */
  drafted(plan: string, more?: object): Promise<string>;
  /** Drafts and starts it, before anything of it is done. */
  started(plan: string, more?: object): Promise<string>;
  /** Asks for `start`, `pause`, `resume` or `undo`, and has it done. */
  asks(id: string, what: string): Promise<void>;
  rowsOf(id: string): Promise<Json[]>;
  rowOf(id: string, customer: Customer): Promise<Json>;
  /** `running, 7 total, 3 moved, 4 left` */
  progressOf(id: string): Promise<string>;
  /** The types of what was told of it, in no order. */
  toldOf(id: string): Promise<string[]>;
  /** Subscribers whose periods begin on different days; every other one has used something. */
  subscribers(plan: string, count: number): Promise<Customer[]>;
}

export function migrationsOf(shop: TestApp, story: Story): Migrations {
  const taken = async (method: "GET" | "POST", path: string, body?: object): Promise<Json> => {
    const answer = await shop.call(method, path, body === undefined ? {} : { body });
    if (answer.status < 300) return answer.body;
    throw new Error(`${path} answered ${JSON.stringify(answer.body)}`);
  };
  const drafted = async (plan: string, more: object = {}): Promise<string> => {
    await shop.settle();
    const { id } = await taken("POST", "/v1/plan_migrations", { plan, ...more });
    await shop.settle();
    return id;
  };
  const rowsOf = async (id: string): Promise<Json[]> =>
    (await taken("GET", `/v1/plan_migrations/${id}/subscriptions?limit=100`)).data;
  return {
    taken,
    drafted,
    rowsOf,
    async nextVersion(plan, prices, more = {}) {
      const interval = { unit: "month" };
      const body = { name: "Business Plan", currency: "JMD", interval, prices, ...more };
      await taken("POST", `/v1/plans/${plan}/versions`, body);
    },
    async started(plan, more) {
      const id = await drafted(plan, more);
      await taken("POST", `/v1/plan_migrations/${id}/start`, {});
      return id;
    },
    async asks(id, what) {
      await taken("POST", `/v1/plan_migrations/${id}/${what}`, {});
      await shop.settle();
    },
    async rowOf(id, { id: customer }) {
      return present(
        (await rowsOf(id)).find((row) => row.customer === customer),
        "it is in it",
      );
    },
    async progressOf(id) {
      const { status, progress } = await taken("GET", `/v1/plan_migrations/${id}`);
      const said = Object.entries<number>(progress)
        .filter(([name, count]) => name !== "assessed" && count !== 0)
        .map(([name, count]) => `${count} ${name}`);
      return [status, ...said].join(", ");
    },
    async toldOf(id) {
      const types = ["started", "completed", "undone"].map((what) => `plan_migration.${what}`);
      const { data } = await taken("GET", `/v1/events?limit=100&types=${types.join(",")}`);
      return data
        .filter((event: Json) => event.data.plan_migration.id === id)
        .map(({ type }: Json) => type);
    },
    subscribers: (plan, count) =>
      Promise.all(
        Array.from({ length: count }, async (_, at) => {
          const person = await story.welcome({ clock: `2026-01-0${at + 1}` });
          const subscription = await person.subscribes(plan);
          await person.livesUntil("2026-01-16T07:30");
          if (at % 2 === 0) await subscription.uses("packages", String(at + 3));
          return person;
        }),
      ),
  };
}
