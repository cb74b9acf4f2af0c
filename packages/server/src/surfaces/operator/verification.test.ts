import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestApp, type Json, type TestApp } from "#test/support/app.ts";
import { type MeteringFixtures, openMeteringFixtures } from "#test/support/metering-fixtures.ts";
import { type Customer, flat, perUnit, type Story, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
let ada: Customer;
let owner: MeteringFixtures;
beforeAll(async () => {
  shop = await createTestApp();
  owner = openMeteringFixtures(shop.ownerUrl);
  story = storyOf(shop);
  ada = await story.welcome({ clock: "2026-01-01" });
  const subscription = await ada.subscribes(
    await story.publish([flat("2999.00"), perUnit("packages", "50.00")]),
  );
  for (const quantity of ["1", "2", "3"]) await subscription.uses("packages", quantity);
  await ada.livesUntil("2026-02-02");
  await shop.settle();
});
afterAll(async () => {
  await owner.close();
  await shop.stop();
});

/** Every page, from the first to the last. */
async function pages(token: string): Promise<Json[]> {
  const read: Json[] = [];
  for (let query = ""; ; ) {
    const { status, body } = await shop.call("GET", `/v1/verification${query}`, { token });
    expect(status).toBe(200);
    read.push(body);
    if (!body.has_more) return read;
    query = `?cursor=${body.next_cursor}`;
  }
}

function total(read: readonly Json[], what: string): number {
  return read.reduce((sum, { checked }) => sum + checked[what], 0);
}

describe("GET /v1/verification", () => {
  test("200 page by page to the end, looking at everything once", async () => {
    const read = await pages(shop.tokens.sandbox);

    expect(read.flatMap(({ data }) => data)).toEqual([]);
    expect(read.map(({ customers_total }) => customers_total)).toEqual([1, null, null]);
    expect(read.at(-1)).toMatchObject({ next_cursor: null, has_more: false, breach_counts: {} });
    const [told] = await owner.query<{ count: number }>(
      "select count(*)::int as count from event where project_id = $1",
      [shop.projectIds.sandbox],
    );
    const looked = Object.keys(read[0].checked).map((what) => [what, total(read, what)]);
    expect(Object.fromEntries(looked)).toEqual({
      customers: 1,
      subscriptions: 1,
      usage_events: 3,
      usage_counters: 1,
      invoices: 1,
      invoice_lines: 2,
      payments: 1,
      refunds: 0,
      disputes: 0,
      ledger_transfers: 2,
      charges: 1,
      events: told?.count,
    });
  });

  test("200 what does not hold is named and counted, until it holds again", async () => {
    await owner.query("update usage_counter set quantity = quantity + 1");
    const [page] = await pages(shop.tokens.sandbox);
    await owner.query("update usage_counter set quantity = quantity - 1");

    expect(page.breach_counts).toEqual({ counter_is_sum_of_events: 1 });
    expect(page.data).toEqual([
      {
        invariant: "counter_is_sum_of_events",
        kind: "usage_counter",
        id: expect.stringMatching(/^sub_\w{26} packages from 2026-01-01T00:00:00\.000Z$/),
        expected: "6 of 3 events",
        found: "7 of 3 events",
      },
    ]);
    expect((await pages(shop.tokens.sandbox))[0].data).toEqual([]);
  });

  test("200 another project's data is not looked at", async () => {
    const read = await pages(shop.tokens.other);
    expect([total(read, "customers"), total(read, "events")]).toEqual([0, 0]);
  });

  test("200 the live side has no journal to read", async () => {
    expect(total(await pages(shop.tokens.live), "charges")).toBe(0);
  });

  test("400 a cursor that no page gave", async () => {
    const { status, body } = await shop.call("GET", "/v1/verification?cursor=next");
    expect([status, body.code]).toEqual([400, "cursor_invalid"]);
  });

  test("401 without a token", async () => {
    const { status } = await shop.call("GET", "/v1/verification", { token: null });
    expect(status).toBe(401);
  });

  test("403 with a token that may only write", async () => {
    const token = await shop.issueToken(["billing:write", "usage:write"]);
    const { status, body } = await shop.call("GET", "/v1/verification", { token });
    expect([status, body.code]).toEqual([403, "scope_missing"]);
  });
});
