import { type EpochMs, isoInstant } from "#kernel/clock.ts";
import type { ErrorCode } from "#kernel/error.ts";
import type { SubscriptionFacts, TargetFacts } from "./facts.ts";
import { instantOf, type Present, soldAt } from "./plan-event.ts";
import { AHEAD_MAX_MS } from "./receipt.ts";
import { refused, type UsageEvent, type UsageOutcome } from "./usage-event.ts";

/** The refusal of an event, with what its target would take in its place. */
export function refusedEvent(
  code: ErrorCode,
  event: UsageEvent,
  target: TargetFacts,
  { serverNowMs }: Pick<Present, "serverNowMs">,
): UsageOutcome {
  const subscriptions = target ?? [];
  const nowMs = subscriptions[0]?.testClockAtMs ?? serverNowMs;
  switch (code) {
    case "usage_metric_unknown":
      return refused(code, { metrics: metricsAt(subscriptions, instantOf(event, nowMs)) });
    case "usage_too_early":
      return refused(code, { until: isoInstant(nowMs + AHEAD_MAX_MS) });
    case "usage_outside_subscription":
      return refused(code, { running: subscriptions.flatMap(runs) });
    default:
      return refused(code);
  }
}

function metricsAt(subscriptions: readonly SubscriptionFacts[], instantMs: EpochMs): string[] {
  return [
    ...new Set(subscriptions.flatMap((facts) => [...soldAt(facts, instantMs).metrics.keys()])),
  ];
}

/** From when until when it ran, pause by pause; until null where it runs. */
function runs({ beganMs, endedAtMs, rests }: SubscriptionFacts) {
  if (beganMs === null) return [];
  const starts = [beganMs, ...rests.map(({ untilMs }) => untilMs)];
  const ends = [...rests.map(({ fromMs }) => fromMs), endedAtMs];
  return starts.flatMap((fromMs, index) => {
    const untilMs = ends[index] ?? null;
    if (fromMs === null) return [];
    return [{ from: isoInstant(fromMs), until: untilMs === null ? null : isoInstant(untilMs) }];
  });
}
