import { DAY_MS, MINUTE_MS } from "#kernel/clock.ts";
import { monthBefore } from "#test/proofs/calendar.ts";
import { billionths } from "#test/proofs/fraction.ts";
import { type Membership, NEVER, type ReceivedReport } from "#test/simulate/records.ts";
import { usages } from "./lines.ts";

/** What becomes of a report: by what was sold when it occurred, and if it is not known already. */
export function takeReport(member: Membership, report: ReceivedReport): string {
  const { atMs, occurredAtMs: givenMs, metric, reference } = report;
  // A clock that runs ahead means now.
  const occurredAtMs = Math.min(givenMs, atMs);
  const { status, stretches, terms, rests, endedMs, reports } = member;
  const then = stretches.findLast(({ fromMs }) => fromMs <= occurredAtMs) ?? stretches[0];
  const isPriced = usages(then?.terms ?? terms).some((price) => price.metric === metric);
  const rested = rests.some((rest) => rest.fromMs <= occurredAtMs && occurredAtMs < rest.untilMs);
  const isOutside = occurredAtMs < (stretches[0]?.fromMs ?? NEVER) || occurredAtMs >= endedMs;
  // A reference counts once, as long as it is remembered: through the month after it came.
  const known = reports.find((one) => one.reference === reference && one.atMs >= monthBefore(atMs));
  const answers: readonly (readonly [boolean, string])[] = [
    [status === "incomplete" || status === "scheduled", "subscription_not_active"],
    [atMs >= endedMs + DAY_MS, "subscription_closed"],
    [!isPriced, "usage_metric_unknown"],
    [givenMs > atMs + 5 * MINUTE_MS, "usage_too_early"],
    [occurredAtMs < monthBefore(atMs) + 5 * MINUTE_MS, "usage_too_late"],
    [rested && status === "paused", "subscription_paused"],
    [rested || isOutside, "usage_outside_subscription"],
    [known !== undefined && contentOf(known) === contentOf({ ...report, givenMs }), "duplicate"],
    [known !== undefined, "usage_reference_reused"],
  ];
  const answer = answers.find(([isSo]) => isSo)?.[1] ?? "recorded";
  if (answer === "recorded") reports.push({ ...report, occurredAtMs, givenMs, isBilled: false });
  return answer;
}

const contentOf = ({ givenMs, metric, quantity }: ReceivedReport & { givenMs: number }) =>
  `${givenMs} ${metric} ${billionths(quantity)}`;
