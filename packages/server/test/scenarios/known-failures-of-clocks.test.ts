import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closePeriods } from "#flows/close-periods/close-periods.ts";
import { DAY_MS } from "#kernel/clock.ts";
import { claimDueSubscriptions } from "#modules/subscriptions/index.ts";
import type { TestApp } from "#test/support/app.ts";
import type { ManualClock } from "#test/support/manual-clock.ts";
import { type ServerPair, startServerPair } from "#test/support/server-pair.ts";
import { flat, perUnit, type Story } from "#test/support/story.ts";

let pair: ServerPair;
let clock: ManualClock;
let shop: TestApp;
let second: TestApp;
let story: Story;
beforeAll(async () => {
  pair = await startServerPair();
  ({ clock, shop, second, story } = pair);
});
afterAll(() => pair.stop());

const JUNEAU = "America/Juneau";

describe("failures that billing engines had with clocks, and that are none here", () => {
  test("a slow clock job finds a subscription that the next one has queued again: one invoice", async () => {
    const ada = await story.welcome({ clock: null });
    const subscription = await ada.subscribes(await story.publish([flat("100.00")]));
    clock.moveTo(Date.UTC(2026, 1, 15, 12));
    const { app, projectIds } = shop;
    const queued = await app.db.inProject(projectIds.sandbox, (tx) =>
      claimDueSubscriptions(tx, clock.now(), 1000),
    );

    // The next job does the work of the slow one, which then comes to it with what it had queued.
    await second.app.loops.periods.runOnce();
    await app.db.inProject(projectIds.sandbox, (tx) => closePeriods(app.engine, tx, queued));
    await shop.settle();

    expect(await ada.invoices()).toMatchObject([{ total: "100.00", status: "paid" }]);
    expect(await subscription.period()).toBe("2026-02-15T12:00 – 2026-03-15T12:00");
  });

  test("two closers race for one period, and a cancellation with them: billed once, to the end", async () => {
    const ada = await story.welcome({ clock: null });
    const subscription = await ada.subscribes(await story.publish([flat("100.00")]));
    const { current_period_end: end } = await subscription.now();
    clock.moveTo(Date.parse(end));

    const close = ({ app }: TestApp) => app.loops.periods.runOnce();
    await Promise.all([close(shop), subscription.cancels("now"), close(second), close(shop)]);
    await shop.moveTo(clock.now() + 2 * DAY_MS);

    expect(await ada.invoices()).toMatchObject([{ total: "100.00", status: "paid" }]);
    expect(await subscription.now()).toMatchObject({ status: "canceled", ended_at: end });
  });

  test("two periods of a customer far east of Greenwich end on one day of UTC: both are billed", async () => {
    // 00:30 and 23:30 of Kiritimati's 2 January (UTC+14) are both on 1 January in UTC.
    const ada = await story.welcome({
      clock: "2026-01-01T00:30",
      timeZone: "Pacific/Kiritimati",
    });
    const daily = { interval: { unit: "day" } };
    const subscription = await ada.subscribes(
      await story.publish([perUnit("packages", "1.00")], daily),
    );
    await subscription.uses("packages", "3");
    await ada.livesUntil("2026-01-02T00:29");
    await subscription.uses("packages", "4");
    await ada.livesUntil("2026-01-02T00:30");
    await subscription.uses("packages", "5");
    await ada.livesUntil("2026-01-03T00:30");

    expect(await ada.invoices()).toMatchObject([
      { issued: "2026-01-02T00:30", lines: ["packages: 7 → 7.00"] },
      { issued: "2026-01-03T00:30", lines: ["packages: 5 → 5.00"] },
    ]);
  });

  test("a month of a customer far east of Greenwich ends on the day before in UTC: billed then, not a day late", async () => {
    // Midnight of the 1st in Auckland is 11:00 of the 31st in UTC, and 12:00 in winter.
    const ada = await story.welcome({ clock: "2025-12-31T11:00", timeZone: "Pacific/Auckland" });
    await ada.subscribes(await story.publish([flat("10.00")]));

    await ada.livesUntil("2026-05-01");

    expect((await ada.invoices()).map(({ issued }) => issued)).toEqual([
      "2026-01-31T11:00",
      "2026-02-28T11:00",
      "2026-03-31T11:00",
      "2026-04-30T12:00",
    ]);
  });

  test("days that begin in the hour that Juneau skips in spring: each is billed once, and there is an end to them", async () => {
    const ada = await story.welcome({ clock: "2026-03-01T11:30", timeZone: JUNEAU });
    const daily = { interval: { unit: "day" } };
    await ada.subscribes(await story.publish([flat("1.00")], daily));

    await ada.livesUntil("2026-03-12T12:00");

    // 02:30 does not exist on 8 March: that day begins at 03:30, which is 11:30 in UTC all the same.
    expect((await ada.invoices()).map(({ issued }) => issued)).toEqual([
      ...["02", "03", "04", "05", "06", "07", "08"].map((day) => `2026-03-${day}T11:30`),
      ...["09", "10", "11", "12"].map((day) => `2026-03-${day}T10:30`),
    ]);
  });

  test("a month that begins on the 31st in Juneau comes back to the 31st over daylight saving", async () => {
    const ada = await story.welcome({ clock: "2026-01-31T09:00", timeZone: JUNEAU });
    await ada.subscribes(await story.publish([flat("1.00")]));

    await ada.livesUntil("2027-01-31T09:00");

    expect((await ada.invoices()).map(({ issued }) => issued)).toEqual([
      "2026-02-28T09:00",
      "2026-03-31T08:00",
      "2026-04-30T08:00",
      "2026-05-31T08:00",
      "2026-06-30T08:00",
      "2026-07-31T08:00",
      "2026-08-31T08:00",
      "2026-09-30T08:00",
      "2026-10-31T08:00",
      "2026-11-30T09:00",
      "2026-12-31T09:00",
      "2027-01-31T09:00",
    ]);
  });
});
