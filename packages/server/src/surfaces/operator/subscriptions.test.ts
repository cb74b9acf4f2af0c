import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { flat, perUnit, type Story, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
let plan: string;
let readOnly: string;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
  plan = await story.publish([flat("10.00"), perUnit("packages", "1.00")]);
  readOnly = await shop.issueToken(["billing:read"]);
});
afterAll(() => shop.stop());

const NOBODY = "cus_0000000000000";
const NOTHING = `sub_${"0".repeat(26)}`;

const create = (body: object, headers: Readonly<Record<string, string>> = {}) =>
  shop.call("POST", "/v1/subscriptions", { body, headers });

describe("POST /v1/subscriptions", () => {
  test("201 with a card on file it is active, and every field is shown", async () => {
    const { id: customer } = await story.welcome({
      clock: "2026-01-31",
      timeZone: "America/Jamaica",
    });

    const { status, body } = await create({
      customer,
      plan,
      title: "Business",
      reference_id: "order-1",
      metadata: { crm: "A-1", seats: 3, isKey: true, none: null },
    });

    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^sub_[0-9a-hjkmnp-tv-z]{26}$/),
      customer,
      plan,
      plan_version: 1,
      quantity: "1",
      billable_quantity: "1",
      licensed_quantity: "1",
      addons: [],
      pending_change: null,
      awaited_change: null,
      status: "active",
      title: "Business",
      reference_id: "order-1",
      metadata: { crm: "A-1", seats: 3, isKey: true, none: null },
      time_zone: "America/Jamaica",
      current_period_start: "2026-01-31T00:00:00.000Z",
      current_period_end: "2026-03-01T00:00:00.000Z",
      cancel_at_period_end: false,
      canceled_at: null,
      ended_at: null,
      created_at: "2026-01-31T00:00:00.000Z",
      activated_at: "2026-01-31T00:00:00.000Z",
      starts_at: null,
      trial_end: null,
      billing_anchor: "2026-01-31T00:00:00.000Z",
      terms_ahead: 0,
      pause: null,
      payment_url: null,
    });
  });

  test("201 without a card it waits at its payment link", async () => {
    const { id: customer } = await story.welcome({ card: null });

    const { body } = await create({ customer, plan });

    expect(body).toMatchObject({
      status: "incomplete",
      current_period_start: null,
      activated_at: null,
      payment_url: expect.stringMatching(/^https:\/\/billing\.example\/pay\/chk_/),
    });
  });

  test("201 once for an Idempotency-Key; 422 when it comes with something else", async () => {
    const { id: customer } = await story.welcome();
    const headers = { "idempotency-key": "subscribe-1" };
    const first = await create({ customer, plan }, headers);

    const again = await create({ customer, plan }, headers);
    const other = await create({ customer, plan, title: "Other" }, headers);

    expect(again.body).toEqual(first.body);
    expect([other.status, other.body.code]).toEqual([422, "idempotency_key_reused"]);
  });

  test("409 for a reference_id that names a subscription of another customer or plan", async () => {
    const { id: customer } = await story.welcome();
    const { id: other } = await story.welcome();
    const dearer = await story.publish([flat("20.00")]);
    const { body: first } = await create({ customer, plan, reference_id: "order-2" });

    const again = await create({ customer, plan, reference_id: "order-2" });
    const refused = [
      await create({ customer: other, plan, reference_id: "order-2" }),
      await create({ customer, plan: dearer, reference_id: "order-2" }),
    ];

    expect([again.status, again.body.id]).toEqual([201, first.id]);
    expect(refused.map(({ status, body }) => [status, body.code, body.details])).toEqual(
      refused.map(() => [409, "subscription_reference_reused", { subscription: first.id }]),
    );
    const { body: list } = await shop.call("GET", `/v1/subscriptions?customer=${other}`);
    expect(list.data).toEqual([]);
  });

  test.each([
    { card: null, return_url: "https://evil.example/", because: "it is not on the list" },
    {
      card: "pm_card_visa",
      return_url: "https://evil.example/",
      because: "a card changes nothing",
    },
    { card: "pm_card_visa", return_url: "javascript:alert(1)", because: "it is no page" },
  ])("400 for an address to return to, $return_url with $card: $because", async (given) => {
    const { card, return_url } = given;
    const { id: customer } = await story.welcome({ card });

    const { status, body } = await create({ customer, plan, return_url });

    expect([status, body.code]).toEqual([400, "return_url_not_allowed"]);
    const { body: list } = await shop.call("GET", `/v1/subscriptions?customer=${customer}`);
    expect(list.data).toEqual([]);
  });

  test("404 for a customer and a plan there are not, or that are another project's", async () => {
    const { id: customer } = await story.welcome();
    const theirs = storyOf(shop, "other");
    const foreign = {
      customer: (await theirs.welcome()).id,
      plan: await theirs.publish([flat("1")]),
    };

    const answers = [
      await create({ customer: NOBODY, plan }),
      await create({ customer, plan: "plan_0000000000000" }),
      await create({ customer: foreign.customer, plan }),
      await create({ customer, plan: foreign.plan }),
    ];

    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [404, "customer_not_found"],
      [404, "plan_not_found"],
      [404, "customer_not_found"],
      [404, "plan_not_found"],
    ]);
  });
});

describe("GET /v1/subscriptions", () => {
  test("200 newest first, page by page, of one customer", async () => {
    const ada = await story.welcome();
    await (await story.welcome()).subscribes(plan);
    const ids = [];
    for (let count = 0; count < 3; count += 1) ids.push((await ada.subscribes(plan)).id);

    const path = `/v1/subscriptions?customer=${ada.id}&limit=2`;
    const first = await shop.call("GET", path);
    const second = await shop.call(
      "GET",
      `${path}&cursor=${encodeURIComponent(first.body.next_cursor)}`,
    );

    const listed = [...first.body.data, ...second.body.data].map(({ id }) => id);
    expect(listed).toEqual(ids.toReversed());
    expect(second.body).toMatchObject({ has_more: false, next_cursor: null });
  });

  test("200 empty for a customer of another project; 404 for what is no customer's id", async () => {
    const { id } = await storyOf(shop, "other").welcome();

    const foreign = await shop.call("GET", `/v1/subscriptions?customer=${id}`);
    const nonsense = await shop.call("GET", "/v1/subscriptions?customer=nonsense");

    expect([foreign.status, foreign.body.data]).toEqual([200, []]);
    expect([nonsense.status, nonsense.body.code]).toEqual([404, "customer_not_found"]);
  });

  test.each(["limit=0", "limit=101", "limit=ten", "cursor=x", "status=active"])(
    "400 for ?%s",
    async (query) => {
      const { status } = await shop.call("GET", `/v1/subscriptions?${query}`);

      expect(status).toBe(400);
    },
  );
});

describe("GET /v1/subscriptions/:id and its usage", () => {
  test("200 what was used in the running period, exactly", async () => {
    const ada = await story.welcome({ clock: "2026-01-01" });
    const subscription = await ada.subscribes(plan);
    await subscription.uses("packages", "0.000000001");
    await subscription.uses("packages", "999999999999999");

    const { body } = await shop.call("GET", `/v1/subscriptions/${subscription.id}/usage`);

    expect(body).toEqual({
      subscription: subscription.id,
      period_start: "2026-01-01T00:00:00.000Z",
      period_end: "2026-02-01T00:00:00.000Z",
      metrics: [
        {
          metric: "packages",
          meter: "packages",
          aggregation: "sum",
          quantity: "999999999999999.000000001",
          event_count: 2,
        },
      ],
    });
  });

  test("404 for one there is not, for nonsense, and for one of another project", async () => {
    const ada = await storyOf(shop, "other").welcome();
    const foreign = await ada.subscribes(await storyOf(shop, "other").publish([flat("1.00")]));
    for (const id of [NOTHING, "nonsense", foreign.id]) {
      for (const path of [`/v1/subscriptions/${id}`, `/v1/subscriptions/${id}/usage`]) {
        const { status, body } = await shop.call("GET", path);
        expect([path, status, body.code]).toEqual([path, 404, "subscription_not_found"]);
      }
    }
  });
});

describe("POST /v1/subscriptions/:id/cancel", () => {
  test("200 without a body: at the period's end, and said twice it is the same", async () => {
    const subscription = await (await story.welcome()).subscribes(plan);
    const path = `/v1/subscriptions/${subscription.id}/cancel`;

    const first = await shop.call("POST", path);
    const again = await shop.call("POST", path);

    expect(first.body).toMatchObject({ status: "active", cancel_at_period_end: true });
    expect(again.body).toEqual(first.body);
  });

  test("200 of a period that is over and not closed yet: that one is billed, then it ends", async () => {
    const ada = await story.welcome({ clock: null });
    const subscription = await ada.subscribes(plan);
    shop.clock.moveTo(Date.UTC(2026, 2, 1, 12));

    const { body } = await subscription.cancels("now");

    expect(body).toMatchObject({ status: "canceled", ended_at: "2026-03-01T12:00:00.000Z" });
    // A month from 15 January, and 14 of the 28 days after it.
    expect(await ada.invoices()).toMatchObject([{ total: "10.00" }, { total: "5.00" }]);
  });

  test("403 for a token that may only read; 404 for another project's", async () => {
    const { id } = await (await story.welcome()).subscribes(plan);
    const path = `/v1/subscriptions/${id}/cancel`;

    const reader = await shop.call("POST", path, { token: readOnly });
    const stranger = await shop.call("POST", path, { token: shop.tokens.other });

    expect([reader.status, reader.body.code]).toEqual([403, "scope_missing"]);
    expect([stranger.status, stranger.body.code]).toEqual([404, "subscription_not_found"]);
  });
});
