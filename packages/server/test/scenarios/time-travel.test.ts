import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DAY_MS } from "#kernel/clock.ts";
import { createTestApp, TEST_START_MS, type TestApp } from "#test/support/app.ts";
import { on } from "#test/support/story/words.ts";
import { flat, perUnit, type Story, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
});
afterAll(() => shop.stop());

const prices = [flat("2999.00"), perUnit("packages", "0.333333333")];
const START_MS = Date.UTC(2026, 0, 31);

describe("a year", () => {
  /** A year lived in these steps: what was billed, when it was charged, and what was told. */
  async function lived(stepsMs: readonly number[], card: string) {
    const ada = await story.welcome({ clock: "2026-01-31", timeZone: "America/New_York", card });
    const subscription = await ada.subscribes(await story.publish(prices));
    await subscription.uses("packages", "1000");
    for (const instantMs of stepsMs) await ada.livesUntil(on(instantMs));
    const anyNumber = { number: 0 };
    const invoices = (await ada.invoices()).map((invoice) => ({ ...invoice, ...anyNumber }));
    const { status, current_period_end } = await subscription.now();
    return {
      invoices,
      status,
      current_period_end,
      attempts: await ada.attempts(),
      events: await ada.events(),
      books: await ada.books(),
    };
  }

  const jump = [START_MS + 365 * DAY_MS];
  const steps = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      Math.round(START_MS + (365 * DAY_MS * (index + 1)) / count),
    );

  test("in one jump and in 400 small steps comes to the same", { timeout: 60_000 }, async () => {
    const jumped = await lived(jump, "pm_card_visa");

    expect(await lived(steps(400), "pm_card_visa")).toEqual(jumped);
    expect(jumped.invoices).toHaveLength(12);
    expect(jumped.status).toBe("active");
  });

  test("also with a card that is declined all along", async () => {
    const jumped = await lived(jump, "pm_card_chargeCustomerFail");

    expect(await lived(steps(40), "pm_card_chargeCustomerFail")).toEqual(jumped);
    expect(jumped.status).toBe("canceled");
  });
});

test("a clock goes forward only, may be told the same twice, and is refused to who has none", async () => {
  const ada = await story.welcome({ clock: "2026-01-31" });
  const bob = await story.welcome({ clock: null });
  const advance = (id: string, to: string) =>
    shop.call("POST", `/v1/customers/${id}/test_clock/advance`, { body: { to } });

  expect((await advance(ada.id, "2026-02-01T00:00:00Z")).body).toEqual({
    customer: ada.id,
    now: "2026-02-01T00:00:00.000Z",
  });
  expect((await advance(ada.id, "2026-02-01T00:00:00Z")).status).toBe(200);
  expect((await advance(ada.id, "2026-01-31T23:59:59Z")).body.code).toBe("clock_not_ahead");
  expect((await advance(bob.id, "2026-02-01T00:00:00Z")).body.code).toBe("test_clock_absent");
});

test("a customer without a test clock is closed, charged and told about by the server's own time", async () => {
  const ada = await story.welcome({ clock: null });
  const subscription = await ada.subscribes(await story.publish(prices));
  await subscription.uses("packages", "3");
  await shop.settle();
  expect(await ada.invoices()).toEqual([]);

  await shop.moveTo(TEST_START_MS + 31 * DAY_MS - 1);
  expect(await ada.invoices()).toEqual([]);
  await shop.moveTo(TEST_START_MS + 31 * DAY_MS);

  expect(await ada.invoices()).toMatchObject([
    { issued: "2026-02-15T12:00", total: "3000.00", status: "paid" },
  ]);
  expect(await subscription.period()).toBe("2026-02-15T12:00 – 2026-03-15T12:00");
});

test("a server that was away for months bills each period once it is back", async () => {
  const ada = await story.welcome({ clock: null });
  await ada.subscribes(await story.publish([flat("10.00")], { interval: { unit: "week" } }));

  await shop.moveTo(shop.clock.now() + 70 * DAY_MS);

  const invoices = await ada.invoices();
  expect(invoices).toHaveLength(10);
  expect(new Set(invoices.map(({ status }) => status))).toEqual(new Set(["paid"]));
});
