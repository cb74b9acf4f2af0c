import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { present } from "#kernel/assert.ts";
import { DAY_MS } from "#kernel/clock.ts";
import { type OwnedId, parseOwnedId } from "#kernel/ids.ts";
import {
  type MeteringDatabase,
  NOW_MS,
  OTHER_PROJECT,
  openMeteringDatabase,
  PROJECT,
  usageEvent,
} from "#test/support/metering-database.ts";
import { type EventSearch, searchEvents } from "./store-search.ts";

const CUSTOMER = 77n;
const OCTOBER_MS = Date.parse("2026-10-01T00:00:00.000Z");
const EARLY_MS = NOW_MS - 25 * DAY_MS;

let database: MeteringDatabase;
let one: OwnedId;
let other: OwnedId;

beforeAll(async () => {
  database = await openMeteringDatabase();
  const ids = await database.fixtures.subscriptions(PROJECT, [
    { customerId: CUSTOMER },
    { customerId: CUSTOMER },
    {},
  ]);
  const keys = ids.map((id) => present(parseOwnedId("subscription", id), "fixtures have ids"));
  [one, other] = [present(keys[0], "the first"), present(keys[1], "the second")];
  const [first = null, second = null, foreign = null] = ids;
  await database
    .recorder()
    .record(PROJECT, [
      usageEvent({ subscription: first, referenceId: "a", properties: { region: "eu", rank: 1 } }),
      usageEvent({ subscription: first, referenceId: "b", occurredAtMs: EARLY_MS }),
      usageEvent({ subscription: first, referenceId: "c", metric: "returns", quantity: "-2.5" }),
      usageEvent({ subscription: second, referenceId: "a", properties: { region: "us" } }),
      usageEvent({ subscription: second, referenceId: "d", metric: "returns" }),
      usageEvent({ subscription: foreign, referenceId: "a" }),
    ]);
});

afterAll(() => database.close());

const everything: EventSearch = {
  customerId: CUSTOMER,
  subscriptionId: null,
  isOnTestClock: false,
  referenceId: null,
  metric: null,
  periodStartMs: null,
  occurredFromMs: null,
  occurredBeforeMs: null,
  property: null,
};

interface Asked {
  readonly cursor?: string | null;
  readonly limit?: number;
  readonly lookedAtMax?: number;
  readonly projectId?: number;
}

async function page(search: Partial<EventSearch>, asked: Asked = {}) {
  const { cursor = null, limit = 10, lookedAtMax = 10, projectId = PROJECT } = asked;
  const { events, nextCursor } = await database.db.inProject(projectId, (tx) =>
    searchEvents(tx, { ...everything, ...search }, { cursor, limit }, lookedAtMax),
  );
  const names = events.map(
    ({ subscription, referenceId }) => (subscription.id === one.id ? "" : "other ") + referenceId,
  );
  return { names, nextCursor };
}

describe("searching events", () => {
  test.each<{ search: Partial<EventSearch>; found: string[]; because: string }>([
    { search: {}, found: ["a", "b", "c", "other a", "other d"], because: "all of the customer" },
    { search: { metric: "returns" }, found: ["c", "other d"], because: "by metric" },
    { search: { referenceId: "a" }, found: ["a", "other a"], because: "by reference" },
    { search: { periodStartMs: OCTOBER_MS }, found: ["b"], because: "by period" },
    { search: { occurredBeforeMs: NOW_MS }, found: ["b"], because: "up to an instant" },
    {
      search: { occurredFromMs: EARLY_MS, occurredBeforeMs: EARLY_MS + 1 },
      found: ["b"],
      because: "between two instants",
    },
    {
      search: { occurredFromMs: NOW_MS, metric: "packages" },
      found: ["a", "other a"],
      because: "all has to match",
    },
    {
      search: { property: { name: "region", value: "us" } },
      found: ["other a"],
      because: "by a property",
    },
    {
      search: { property: { name: "rank", value: "1" } },
      found: ["a"],
      because: "a number as text",
    },
    {
      search: { property: { name: "region", value: null } },
      found: ["a", "other a"],
      because: "any value will do",
    },
  ])("finds $found $because", async ({ search, found }) => {
    expect(await page(search)).toEqual({ names: found, nextCursor: null });
  });

  test("of one subscription alone", async () => {
    expect((await page({ subscriptionId: other.id })).names).toEqual(["other a", "other d"]);
    expect((await page({ subscriptionId: other.id, referenceId: "a" })).names).toEqual(["other a"]);
  });

  test("goes page by page, each event once", async () => {
    expect(await pages({}, { limit: 2 })).toEqual([["a", "b"], ["c", "other a"], ["other d"]]);
  });

  test("looks at so many at once, and goes on behind them though it found none", async () => {
    const property = { name: "region", value: "us" };
    const found = await pages({ property }, { lookedAtMax: 2 });
    expect(found).toEqual([[], ["other a"], []]);
  });

  test("shows nothing to another project", async () => {
    expect(await page({}, { projectId: OTHER_PROJECT })).toEqual({ names: [], nextCursor: null });
  });

  const base64 = (text: string) => Buffer.from(text).toString("base64url");

  test.each([
    "",
    "nonsense",
    base64("2026-11-01!!!!!!!!!!!!!a"),
    base64("0000-11-010000000000000a"),
  ])("refuses the cursor '%s'", async (cursor) => {
    await expect(page({}, { cursor })).rejects.toMatchObject({ code: "cursor_invalid" });
  });

  test("leaves months aside in which nothing can be", async () => {
    const plan = await database.db.inProject(PROJECT, (tx) =>
      tx.query<{ "QUERY PLAN": string }>(
        "explain select 1 from usage_event where customer_id = $1 and received_month >= $2::date",
        [CUSTOMER, "2026-12-01"],
      ),
    );
    expect(JSON.stringify(plan)).not.toContain("usage_event_2026_11");
  });
});

async function pages(search: Partial<EventSearch>, asked: Asked): Promise<string[][]> {
  const found: string[][] = [];
  let cursor: string | null = null;
  do {
    const { names, nextCursor } = await page(search, { ...asked, cursor });
    found.push(names);
    cursor = nextCursor;
  } while (cursor !== null);
  return found;
}
