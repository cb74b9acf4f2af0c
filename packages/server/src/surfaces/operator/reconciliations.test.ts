import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DAY_MS, isoInstant } from "#kernel/clock.ts";
import { postTransfers } from "#modules/ledger/index.ts";
import { createTestApp, type Json, type TestApp } from "#test/support/app.ts";
import { flat, storyOf } from "#test/support/story.ts";

let shop: TestApp;
beforeAll(async () => {
  shop = await createTestApp();
  const story = storyOf(shop);
  const plan = await story.publish([flat("29.99", "advance")]);
  for (let made = 0; made < 3; made += 1) {
    await (await story.welcome({ clock: null })).subscribes(plan);
  }
  const other = storyOf(shop, "other");
  await (await other.welcome({ clock: null })).subscribes(
    await other.publish([flat("1.00", "advance")]),
  );
  await shop.settle();
  await shop.moveTo(shop.clock.now() + DAY_MS);
});
afterAll(() => shop.stop());

const compare = (body: object = {}) => shop.call("POST", "/v1/reconciliations", { body });

describe("POST /v1/reconciliations", () => {
  test("201: everything agrees, and what another project charged is none of it", async () => {
    const { status, body } = await compare();

    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^rcn_[0-9a-z]{13}$/),
      rail: "stripe",
      from: isoInstant(shop.clock.now() - 2 * DAY_MS - 600_000),
      to: isoInstant(shop.clock.now() - 600_000),
      charge_count: 3,
      refund_count: 0,
      foreign_count: 1,
      difference_count: 0,
      created_at: isoInstant(shop.clock.now()),
      differences: [],
    });
  });

  test("201: a booking that was tampered with is found, told and measured", async () => {
    const [payment] = await inProject<{ customer_id: bigint; id: bigint }>(
      "select customer_id, id from payment order by id limit 1",
    );
    await shop.app.db.inProject(shop.projectIds.sandbox, (tx) =>
      postTransfers(tx, [
        {
          customerId: payment?.customer_id ?? 0n,
          currency: "JMD",
          debitAccount: "rail:stripe",
          creditAccount: "receivable",
          amountMinor: 1n,
          sourceType: "payment",
          sourceId: payment?.id ?? 0n,
          occurredAtMs: shop.clock.now(),
        },
      ]),
    );

    const { body } = await compare();

    expect(body).toMatchObject({ charge_count: 3, difference_count: 1 });
    expect(body.differences).toEqual([
      {
        kind: "charge_amount_differs",
        rail_ref: expect.stringMatching(/^ch_/),
        payment: expect.stringMatching(/^pay_/),
        currency: "JMD",
        rail_amount: "29.99",
        ledger_amount: "30.00",
      },
    ]);
    await shop.settle();
    const events = (await shop.call("GET", "/v1/events?limit=100")).body.data;
    expect(events.at(-1)).toMatchObject({
      type: "reconciliation.differed",
      data: { reconciliation: { id: body.id }, differences: body.differences },
    });
    const metrics = (await shop.call("GET", "/metrics", { token: null })).body;
    const line = `farthing_reconciliation_differences{project="${shop.projectIds.sandbox}"} 1`;
    expect(metrics).toContain(line);
  });

  test("201: a charge without a booking, and a booking without a charge", async () => {
    await inProject(
      "update payment set rail_ref = 'pi_nobody' where rail_ref is not null and id = (select max(id) from payment)",
    );

    const kinds = (await compare()).body.differences.map(({ kind }: Json) => kind);

    expect(kinds.toSorted()).toEqual([
      "booked_not_charged",
      "charge_amount_differs",
      "charge_not_booked",
    ]);
  });

  test.each([
    { body: { from: "2026-01-16T00:00:00Z", to: "2026-01-15T00:00:00Z" }, because: "it goes back" },
    { body: { to: "2027-01-01T00:00:00Z" }, because: "it has not passed" },
    { body: { from: "2025-01-01T00:00:00Z" }, because: "it is longer than a month" },
  ])("400 reconciliation_range_invalid: $because", async ({ body }) => {
    expect(await compare(body)).toMatchObject({
      status: 400,
      body: { code: "reconciliation_range_invalid" },
    });
  });

  test("400 says how early a range may begin that ends there, and how late one may end that begins there", async () => {
    const { body } = await compare({ from: "2025-01-01T00:00:00Z" });
    const to = shop.clock.now() - 600_000;
    expect(body.details).toEqual({
      from: "2025-01-01T00:00:00.000Z",
      to: isoInstant(to),
      from_at_earliest: isoInstant(to - 31 * DAY_MS),
      to_at_latest: "2025-02-01T00:00:00.000Z",
    });
  });
});

describe("GET /v1/reconciliations", () => {
  test("200 newest first, each with its differences when asked for alone", async () => {
    const { body } = await shop.call("GET", "/v1/reconciliations?limit=2");

    expect(body).toMatchObject({ has_more: true });
    expect(body.data.map(({ difference_count }: Json) => difference_count)).toEqual([3, 1]);
    const alone = await shop.call("GET", `/v1/reconciliations/${body.data[1].id}`);
    expect(alone.body).toMatchObject({ ...body.data[1], differences: [{ rail_amount: "29.99" }] });
  });

  test("404 for what is none, and for another project's token", async () => {
    const [{ id }] = (await shop.call("GET", "/v1/reconciliations")).body.data;
    const foreign = { token: shop.tokens.other };
    const refused = { status: 404, body: { code: "reconciliation_not_found" } };
    expect(await shop.call("GET", `/v1/reconciliations/${id}`, foreign)).toMatchObject(refused);
    expect(await shop.call("GET", "/v1/reconciliations/rcn_x")).toMatchObject(refused);
  });
});

function inProject<Row extends object>(sql: string): Promise<Row[]> {
  return shop.app.db.inProject(shop.projectIds.sandbox, (tx) => tx.query<Row>(sql));
}
