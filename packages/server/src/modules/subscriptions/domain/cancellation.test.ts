import { expect, test } from "vitest";
import { unstartedSubscription } from "#test/support/builders/subscription.ts";
import { activated, cancellationUndone, endingAtPeriodEnd, runningPeriod } from "./index.ts";

const BEGAN_MS = Date.UTC(2026, 0, 1);
const active = activated(unstartedSubscription(BEGAN_MS), BEGAN_MS, BEGAN_MS);
const { endMs } = runningPeriod(active);
const month = { unit: "month", count: 1 } as const;
const year = { unit: "year", count: 1 } as const;

test("it runs on to its period's end, and remembers when that was first asked for", () => {
  const ending = endingAtPeriodEnd(active, BEGAN_MS + 5, null);
  expect(ending).toMatchObject({ status: "active", cancelsAtPeriodEnd: true });
  expect(endingAtPeriodEnd(ending, BEGAN_MS + 9, null).canceledAtMs).toBe(BEGAN_MS + 5);
});

test("it runs on for good when that is undone", () => {
  expect(cancellationUndone(endingAtPeriodEnd(active, BEGAN_MS + 5, null))).toEqual(active);
});

test.each([
  { atMs: endMs - 1, waiting: month, isMade: true, because: "it comes before the end" },
  { atMs: endMs, waiting: month, isMade: false, because: "nothing follows the end" },
  { atMs: null, waiting: month, isMade: false, because: "it waits for that very end" },
  { atMs: endMs - 1, waiting: year, isMade: false, because: "it would begin a year" },
])("a change that waits is still made: $isMade, for $because", ({ atMs, waiting, isMade }) => {
  const plan = { planId: 4n, planVersion: 1, quantity: 1n, billable: 1n, licensed: null };
  const how = { mode: "now_prorated", requestedAtMs: BEGAN_MS } as const;
  const pendingChange = { plan, addOns: [], ...how, atMs };
  const nextActionMs = atMs ?? endMs;

  const ending = endingAtPeriodEnd({ ...active, pendingChange, nextActionMs }, BEGAN_MS, waiting);

  expect(ending.pendingChange).toEqual(isMade ? pendingChange : null);
  expect(ending.nextActionMs).toBe(isMade ? nextActionMs : endMs);
});
