import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { stopVerified } from "#test/support/stop-verified.ts";
import { flat, perUnit, type Story, storyOf } from "#test/support/story.ts";

const JUST_BEFORE = "2026-01-31T23:58";
const AHEAD = { occurred_at: "2026-02-01T00:01:00Z", reference_id: "ahead" };

let shop: TestApp;
let story: Story;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
});
afterAll(() => stopVerified(shop));

/** Somebody whose clock is three minutes ahead, and who uses something as January ends. */
async function aheadOfTime(more: object = {}) {
  const ada = await story.welcome({ clock: "2026-01-01" });
  const plan = await story.publish([flat("31.00"), perUnit("packages", "7.00")], more);
  const subscription = await ada.subscribes(plan);
  await ada.livesUntil(JUST_BEFORE);
  return { ada, subscription };
}

test.each([
  { what: "pauses with its period", does: "pause", body: { at_period_end: true } },
  { what: "ends with its period", does: "cancel", body: { at_period_end: true } },
  { what: "ends at once", does: "cancel", body: { at_period_end: false } },
  { what: "pauses at once", does: "pause", body: {} },
])(
  "what is told ahead of time is billed where the time told never comes: it $what",
  async ({ does, body }) => {
    const { ada, subscription } = await aheadOfTime();
    await subscription.uses("packages", "1", AHEAD);
    await subscription.asks(does, body);

    await ada.livesUntil("2026-02-10");

    const lines = (await ada.invoices()).flatMap((invoice) => invoice.lines);
    expect(lines.filter((line) => line.includes("packages"))).toEqual(["packages: 1 → 7.00"]);
  },
);

test("it belongs to the terms of the moment, whatever is changed a moment later", async () => {
  const { ada, subscription } = await aheadOfTime();
  await subscription.uses("packages", "1", AHEAD);
  await subscription.changes({ plan: await story.publish([flat("5.00")]), when: "period_end" });

  await ada.livesUntil("2026-02-10");

  expect(await ada.invoices()).toMatchObject([
    { lines: ["Base fee: 31.00", "packages: 1 → 7.00"], total: "38.00" },
  ]);
});

test("sent again when its time has come, it is the same event", async () => {
  const { ada, subscription } = await aheadOfTime();
  await subscription.uses("packages", "1", AHEAD);
  await ada.livesUntil("2026-02-01T00:05");

  const { body } = await subscription.reports("packages", "1", AHEAD);

  expect(body.status).toBe("duplicate");
});
