import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { flat, perUnit, type Story, storyOf, tiered } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
let plan: string;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
  plan = await story.publish([flat("2999.00"), perUnit("packages", "50.00")]);
});
afterAll(() => shop.stop());

const SUBSCRIPTIONS = "/api/v1/billing_subscriptions";
const customer = { first_name: "Ada", last_name: "Brown", email: "ada@shop.example" };

const createLink = (changes: object = {}, token?: string) =>
  shop.call("POST", `${SUBSCRIPTIONS}/link`, {
    body: { plan_uid: plan, customer, ...changes },
    ...(token === undefined ? {} : { token }),
  });

describe("POST /api/v1/billing_subscriptions/link", () => {
  test("201 the customer is found by e-mail address, in whatever case, or made", async () => {
    await createLink();
    await createLink({ customer: { ...customer, email: "ADA@shop.example" } });
    await createLink({ customer: { ...customer, email: "bob@shop.example" } });

    const { body } = await shop.call("GET", "/v1/customers");

    const emails = body.data.map(({ email }: { email: string }) => email);
    expect(emails.toSorted()).toEqual(["ada@shop.example", "bob@shop.example"]);
  });

  test("201 without a reference each call is a subscription of its own; with one it is the same", async () => {
    const [one, other] = [await createLink(), await createLink()];
    const [first, again] = [
      await createLink({ reference_id: "r-1" }),
      await createLink({ reference_id: "r-1" }),
    ];

    expect(one.body.data.uid).not.toBe(other.body.data.uid);
    expect(again.body).toEqual(first.body);
  });

  test("201 first and last name come back as they were given, until the name is changed", async () => {
    const given = { first_name: "Mary Ann", last_name: "Smith", email: "mary@shop.example" };
    const { body } = await createLink({ customer: given });
    const path = `${SUBSCRIPTIONS}/${body.data.uid}`;
    const [mary] = (await shop.call("GET", "/v1/customers?email=mary@shop.example")).body.data;

    expect(body.data.customer).toEqual(given);
    expect(mary).toMatchObject({ name: "Mary Ann Smith", first_name: "Mary Ann" });
    await shop.call("PATCH", `/v1/customers/${mary.id}`, { body: { name: "Mary Ann Brown" } });
    expect((await shop.call("GET", path)).body.data.customer).toMatchObject({
      first_name: "Mary",
      last_name: "Ann Brown",
    });
  });

  test("201 a reference that is known answers the first link and stores nothing", async () => {
    const sold = await story.publish([flat("10.00")]);
    const first = await createLink({ plan_uid: sold, reference_id: "r-2" });
    await shop.call("POST", `/v1/plans/${sold}/archive`);
    const customers = async () => (await shop.call("GET", "/v1/customers")).body.data.length;
    const before = await customers();

    const again = await createLink({
      plan_uid: sold,
      reference_id: "r-2",
      customer: { ...customer, email: "stranger@shop.example" },
    });

    expect([again.status, again.body]).toEqual([201, first.body]);
    expect(await customers()).toBe(before);
  });

  test("201 of two at once with one reference the later stores nothing either", async () => {
    const customers = async () => (await shop.call("GET", "/v1/customers")).body.data.length;
    const before = await customers();

    const [one, other] = await Promise.all(
      ["left", "right"].map((name) =>
        createLink({
          reference_id: "r-3",
          customer: { ...customer, email: `${name}@shop.example` },
        }),
      ),
    );

    expect(other?.body).toEqual(one?.body);
    expect(await customers()).toBe(before + 1);
  });

  test("201 with a card on file it still waits for the payer to come and want it", async () => {
    const { body: made } = await shop.call("POST", "/v1/customers", {
      body: { name: "Grace Campbell", email: "grace@shop.example" },
    });
    await shop.call("POST", `/v1/customers/${made.id}/payment_methods`, {
      body: { token: "pm_card_visa" },
    });

    const { body } = await createLink({ customer: { ...customer, email: "grace@shop.example" } });

    expect(body.data).toMatchObject({
      status: "incomplete",
      customer: { first_name: "Grace", last_name: "Campbell" },
      payment_urls: { short_link: expect.stringMatching(/\/pay\/chk_/) },
    });
  });

  test.each([
    {
      because: "a plan there is not",
      change: { plan_uid: "plan_0000000000000" },
      expected: [404, "plan_not_found"],
    },
    { because: "no customer", change: { customer: undefined }, expected: [400, "body_invalid"] },
    {
      because: "an address that is none",
      change: { customer: { ...customer, email: "ada at shop" } },
      expected: [400, "body_invalid"],
    },
    {
      because: "an address to return to that is not on the list",
      change: { meta_data: { return_url: "https://evil.example/" } },
      expected: [400, "return_url_not_allowed"],
    },
    {
      because: "an address to return to that only begins like one on the list",
      change: { meta_data: { return_url: "https://shop.example.evil.example/" } },
      expected: [400, "return_url_not_allowed"],
    },
    {
      because: "meta_data with objects in it",
      change: { meta_data: { a: {} } },
      expected: [400, "body_invalid"],
    },
    { because: "an unknown field", change: { coupon: "X" }, expected: [400, "body_invalid"] },
  ])("refused for $because", async ({ change, expected }) => {
    const { status, body } = await createLink(change);

    expect([status, body.error.code]).toEqual(expected);
  });

  test("404 for a plan of the other side", async () => {
    const { status, body } = await createLink({}, shop.tokens.live);

    expect([status, body.error.code]).toEqual([404, "plan_not_found"]);
  });

  test("409 for a currency other than the customer's", async () => {
    const dollars = await story.publish([flat("1.00")], { currency: "USD" });

    const { status, body } = await createLink({ plan_uid: dollars });

    expect([status, body.error.code]).toEqual([409, "currency_mismatch"]);
  });
});

describe("GET /api/v1/billing_subscriptions", () => {
  test("200 newest first, page by page", async () => {
    const uids = [(await createLink()).body.data.uid, (await createLink()).body.data.uid];

    const first = await shop.call("GET", `${SUBSCRIPTIONS}?limit=1`);
    const cursor = encodeURIComponent(first.body.next_cursor);
    const second = await shop.call("GET", `${SUBSCRIPTIONS}?limit=1&cursor=${cursor}`);

    expect([first, second].map(({ body }) => body.data[0].uid)).toEqual(uids.toReversed());
  });
});

describe("GET /api/v1/billing_subscriptions/:uid", () => {
  test("404 for one there is not, and for one of another project", async () => {
    const { uid } = (await createLink()).body.data;
    const answers = [
      await shop.call("GET", `${SUBSCRIPTIONS}/sub_nonsense`),
      await shop.call("GET", `${SUBSCRIPTIONS}/${uid}`, { token: shop.tokens.other }),
      await shop.call("GET", `${SUBSCRIPTIONS}/${uid}/usage`, { token: shop.tokens.other }),
      await shop.call("GET", `${SUBSCRIPTIONS}/${uid}/periods`, { token: shop.tokens.live }),
      await shop.call("POST", `${SUBSCRIPTIONS}/${uid}/cancel`, { token: shop.tokens.live }),
    ];

    expect(answers.map(({ status, body }) => [status, body.error.code])).toEqual(
      answers.map(() => [404, "subscription_not_found"]),
    );
  });

  test("200 shows what tiers come to so far, with no single rate", async () => {
    const ada = await story.welcome({ clock: "2026-01-01" });
    const tiers = tiered("calls", "graduated", [
      ["10", "1.00"],
      [null, "0.333"],
    ]);
    const subscription = await ada.subscribes(await story.publish([flat("5.00"), tiers]));
    await subscription.uses("calls", "12.5");

    const one = await shop.call("GET", `${SUBSCRIPTIONS}/${subscription.id}`);
    const periods = await shop.call("GET", `${SUBSCRIPTIONS}/${subscription.id}/periods`);

    expect(one.body.data.current_usage).toEqual([{ metric: "calls", count: 12.5, amount: 10.83 }]);
    expect(periods.body.data).toMatchObject([
      {
        status: "open",
        base_amount: 5,
        usage_amount: 10.83,
        total: 15.83,
        usage_charges: [{ metric: "calls", count: 12.5, rate: null, amount: 10.83 }],
      },
    ]);
  });
});

describe("GET /api/v1/billing_subscriptions/:uid/periods", () => {
  test("200 the running period first, then the closed ones, page by page", async () => {
    const ada = await story.welcome({ clock: "2026-01-01" });
    const subscription = await ada.subscribes(plan);
    await ada.livesUntil("2026-04-01");
    const path = `${SUBSCRIPTIONS}/${subscription.id}/periods`;

    const first = await shop.call("GET", `${path}?limit=2`);
    const cursor = encodeURIComponent(first.body.next_cursor);
    const second = await shop.call("GET", `${path}?limit=2&cursor=${cursor}`);

    const starts = [...first.body.data, ...second.body.data].map(
      ({ period_start, status }) => `${period_start.slice(0, 10)} ${status}`,
    );
    expect(starts).toEqual([
      "2026-04-01 open",
      "2026-03-01 closed",
      "2026-02-01 closed",
      "2026-01-01 closed",
    ]);
    expect(second.body.has_more).toBe(false);
  });
});

describe("POST /api/v1/billing_subscriptions/:uid/cancel", () => {
  test("200 without a body: at the period's end", async () => {
    const ada = await story.welcome({ clock: "2026-01-01" });
    const { id } = await ada.subscribes(plan);

    const { status, body } = await shop.call("POST", `${SUBSCRIPTIONS}/${id}/cancel`);

    expect([status, body.data.status]).toEqual([200, "active"]);
    await ada.livesUntil("2026-02-01");
    const after = await shop.call("GET", `${SUBSCRIPTIONS}/${id}`);
    expect(after.body.data).toMatchObject({ status: "cancelled" });
  });

  test("409 when it has ended", async () => {
    const ada = await story.welcome({ clock: "2026-01-01" });
    const { id } = await ada.subscribes(plan);
    const now = { body: { at_period_end: false } };
    await shop.call("POST", `${SUBSCRIPTIONS}/${id}/cancel`, now);

    const { status, body } = await shop.call("POST", `${SUBSCRIPTIONS}/${id}/cancel`, now);

    expect([status, body.error.code]).toEqual([409, "subscription_transition_refused"]);
  });
});
