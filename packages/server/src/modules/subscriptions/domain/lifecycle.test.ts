import { describe, expect, test } from "vitest";
import { DAY_MS, isoInstant } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import { unstartedSubscription } from "#test/support/builders/subscription.ts";
import {
  activated,
  afterPaymentFailed,
  afterPaymentRecovered,
  cancellationUndone,
  endedAt,
  endingAtPeriodEnd,
  expiredAt,
  pausedAfterTrial,
  pausedAt,
  pauseWithdrawn,
  pausingAtPeriodEnd,
  renewed,
  runningPeriod,
  type Subscription,
  type SubscriptionStatus,
  settled,
  subscriptionStatuses,
  termAdded,
  trialAnnounced,
  trialBegun,
  trialEnded,
} from "./index.ts";

const at = (text: string) => Date.parse(text);
const ANCHOR_MS = at("2026-01-31T05:00:00Z");
const begunAt = (atMs: number) => ({ atMs, resumesAtMs: null, isGivenBack: false });

const incomplete = unstartedSubscription(ANCHOR_MS, { timeZone: "America/Jamaica" });
const active = activated(incomplete, ANCHOR_MS, ANCHOR_MS);
const pastDue = afterPaymentFailed(active);
const canceled = endedAt(active, at("2026-02-10T00:00:00Z"));
const scheduled: Subscription = {
  ...incomplete,
  status: "scheduled",
  beginning: { startsAtMs: at("2026-02-20T00:00:00Z"), trial: null, anchor: null },
};
const trialing = trialBegun(incomplete, {
  startMs: ANCHOR_MS,
  endMs: at("2026-02-14T05:00:00Z"),
  nowMs: ANCHOR_MS,
});
const expired = expiredAt(active, at("2026-02-28T05:00:00Z"));
const states: Record<SubscriptionStatus, Subscription> = {
  incomplete,
  scheduled,
  trialing,
  active,
  past_due: pastDue,
  paused: pausedAt(active, begunAt(at("2026-02-03T00:00:00Z"))),
  canceled,
  expired,
};

describe("a subscription's life", () => {
  test("begins its first period at the anchor", () => {
    expect(active.status).toBe("active");
    expect(runningPeriod(active)).toEqual({
      index: 0,
      startMs: ANCHOR_MS,
      endMs: at("2026-02-28T05:00:00Z"),
    });
    expect(active.nextActionMs).toBe(at("2026-02-28T05:00:00Z"));
  });

  test("goes on from period to period without gap, counted from the anchor", () => {
    const third = renewed(renewed(active));
    expect(isoInstant(runningPeriod(third).startMs)).toBe("2026-03-31T05:00:00.000Z");
    expect(runningPeriod(third).startMs).toBe(runningPeriod(renewed(active)).endMs);
  });

  test("ends inside a period by cutting it, and waits a day for late usage", () => {
    expect(canceled.status).toBe("canceled");
    expect(runningPeriod(canceled).endMs).toBe(at("2026-02-10T00:00:00Z"));
    expect(canceled.nextActionMs).toBeGreaterThan(at("2026-02-10T00:00:00Z") + DAY_MS);
    expect(settled(canceled).nextActionMs).toBeNull();
  });

  test("keeps its anchor of the 31st in a term that is paid for once the last one has run out", () => {
    const endedMs = at("2026-02-28T05:00:00Z");
    const again = termAdded(expired, endedMs);
    expect(again).toMatchObject({ status: "active", anchorMs: ANCHOR_MS, rests: [] });
    expect(runningPeriod(again)).toEqual({
      index: 1,
      startMs: endedMs,
      endMs: at("2026-03-31T05:00:00Z"),
    });
    expect(runningPeriod(termAdded(expired, endedMs + DAY_MS)).startMs).toBe(endedMs + DAY_MS);
  });

  test("that never began ends without anything to settle", () => {
    expect(endedAt(incomplete, ANCHOR_MS).nextActionMs).toBeNull();
  });

  test("falls past due when a charge fails and recovers when all is paid", () => {
    expect(pastDue.status).toBe("past_due");
    expect(afterPaymentRecovered(pastDue).status).toBe("active");
    expect(afterPaymentFailed(incomplete).status).toBe("incomplete");
    expect(afterPaymentRecovered(canceled).status).toBe("canceled");
  });
});

describe("what a state does not allow is refused, and says where it is allowed", () => {
  const moves = {
    activate: (from: Subscription) => activated(from, ANCHOR_MS, ANCHOR_MS),
    "begin a trial": (from: Subscription) =>
      trialBegun(from, { startMs: ANCHOR_MS, endMs: ANCHOR_MS + DAY_MS, nowMs: ANCHOR_MS }),
    "announce the trial's end": trialAnnounced,
    "end the trial": (from: Subscription) => trialEnded(from, ANCHOR_MS + DAY_MS),
    renew: renewed,
    expire: (from: Subscription) => expiredAt(from, ANCHOR_MS),
    "add a term": (from: Subscription) => termAdded(from, at("2026-03-05T00:00:00Z")),
    "pause now": (from: Subscription) => pausedAt(from, begunAt(ANCHOR_MS)),
    "pause at period end": (from: Subscription) => pausingAtPeriodEnd(from, null),
    "pause after the trial": (from: Subscription) => pausedAfterTrial(from, ANCHOR_MS),
    "withdraw the pause": pauseWithdrawn,
    "cancel at period end": (from: Subscription) => endingAtPeriodEnd(from, ANCHOR_MS, null),
    "undo the cancellation": cancellationUndone,
    "cancel now": (from: Subscription) => endedAt(from, ANCHOR_MS),
    settle: settled,
  };
  const allowed: Record<keyof typeof moves, SubscriptionStatus[]> = {
    activate: ["incomplete", "scheduled"],
    "begin a trial": ["incomplete", "scheduled"],
    "announce the trial's end": ["trialing"],
    "end the trial": ["trialing"],
    renew: ["active", "past_due"],
    expire: ["active", "past_due"],
    "add a term": ["active", "past_due", "expired"],
    "pause now": ["active", "past_due"],
    "pause at period end": ["active", "past_due"],
    "pause after the trial": ["trialing"],
    "withdraw the pause": ["active", "past_due", "paused"],
    "cancel at period end": ["trialing", "active", "past_due"],
    "undo the cancellation": ["trialing", "active", "past_due"],
    "cancel now": ["incomplete", "scheduled", "trialing", "active", "past_due", "paused"],
    settle: ["canceled", "expired"],
  };
  const rows = (Object.keys(moves) as (keyof typeof moves)[]).flatMap((move) =>
    subscriptionStatuses.map((status) => ({ move, status })),
  );
  const isAllowed = ({ move, status }: (typeof rows)[number]) => allowed[move].includes(status);

  test.each(rows.filter(isAllowed))("$move when $status is done", ({ move, status }) => {
    expect(() => moves[move](states[status])).not.toThrow();
  });

  test.each(rows.filter((row) => !isAllowed(row)))("$move when $status", ({ move, status }) => {
    const attempt = () => moves[move](states[status]);
    expect(attempt).toThrow(BillingError);
    expect(attempt).toThrow(
      expect.objectContaining({
        code: "subscription_transition_refused",
        details: { status, allowed_in: allowed[move] },
      }),
    );
  });
});
