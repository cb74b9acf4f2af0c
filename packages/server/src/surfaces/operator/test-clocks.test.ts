import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { flat, type Story, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
});
afterAll(() => shop.stop());

const advance = (id: string, to: unknown, token?: string) =>
  shop.call("POST", `/v1/customers/${id}/test_clock/advance`, {
    body: { to },
    ...(token === undefined ? {} : { token }),
  });

describe("POST /v1/customers/:id/test_clock/advance", () => {
  test("200 the clock stands where it was asked to, also with nothing to do on the way", async () => {
    const { id } = await story.welcome({ clock: "2026-01-01" });

    const { status, body } = await advance(id, "2026-01-01T03:04:05.678+02:00");

    expect([status, body]).toEqual([200, { customer: id, now: "2026-01-01T01:04:05.678Z" }]);
    const { body: customer } = await shop.call("GET", `/v1/customers/${id}`);
    expect(customer.test_clock).toEqual({ now: "2026-01-01T01:04:05.678Z" });
  });

  test("200 one customer's clock moves nobody else's", async () => {
    const plan = await story.publish([flat("10.00")]);
    const [ada, bob] = [await story.welcome(), await story.welcome()];
    await ada.subscribes(plan);
    await bob.subscribes(plan);

    await ada.livesUntil("2026-06-01");

    expect(await ada.invoices()).toHaveLength(5);
    expect(await bob.invoices()).toEqual([]);
  });

  test("200 two who move the same clock at once bill each period once", async () => {
    const ada = await story.welcome();
    await ada.subscribes(await story.publish([flat("10.00")]));

    const answers = await Promise.all([
      advance(ada.id, "2026-05-01T00:00:00Z"),
      advance(ada.id, "2026-05-01T00:00:00Z"),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect((await ada.invoices()).map(({ issued, status }) => `${issued} ${status}`)).toEqual([
      "2026-02-01 paid",
      "2026-03-01 paid",
      "2026-04-01 paid",
      "2026-05-01 paid",
    ]);
    expect(await ada.attempts()).toHaveLength(4);
  });

  test.each([
    { because: "the past", to: "2025-12-31T23:59:59Z", expected: [400, "clock_not_ahead"] },
    { because: "the year 9999", to: "9999-01-01T00:00:00Z", expected: [400, "time_invalid"] },
    { because: "a day there is not", to: "2026-02-30T00:00:00Z", expected: [400, "body_invalid"] },
    { because: "a day without a time", to: "2026-02-01", expected: [400, "body_invalid"] },
    { because: "a number", to: 1_767_225_600_000, expected: [400, "body_invalid"] },
  ])("refused for $because", async ({ to, expected }) => {
    const { id } = await story.welcome({ clock: "2026-01-01" });

    const { status, body } = await advance(id, to);

    expect([status, body.code]).toEqual(expected);
  });

  test("404 for a customer there is not, and for one of another project", async () => {
    const { id } = await story.welcome();
    const answers = [
      await advance("cus_0000000000000", "2027-01-01T00:00:00Z"),
      await advance("nonsense", "2027-01-01T00:00:00Z"),
      await advance(id, "2027-01-01T00:00:00Z", shop.tokens.other),
    ];

    expect(answers.map(({ status, body }) => [status, body.code])).toEqual(
      answers.map(() => [404, "customer_not_found"]),
    );
  });

  test("409 for a customer without a test clock", async () => {
    const { id } = await story.welcome({ clock: null });

    const { status, body } = await advance(id, "2027-01-01T00:00:00Z");

    expect([status, body.code]).toEqual([409, "test_clock_absent"]);
  });
});
