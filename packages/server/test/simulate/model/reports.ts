import { DAY_MS, MINUTE_MS } from "#kernel/clock.ts";
import type { Membership, ReceivedReport } from "#test/simulate/records.ts";
import { billionths } from "./price.ts";

const AHEAD_MS = 5 * MINUTE_MS;

/** What becomes of a report. */
export function takeReport(member: Membership, report: ReceivedReport): string {
  const known = refusalOf(member, report) ?? repetitionOf(member, report);
  if (known === null) member.reports.push({ ...report, isBilled: false });
  return known ?? "recorded";
}

function refusalOf(member: Membership, report: ReceivedReport): string | null {
  const { atMs, occurredAtMs, metric } = report;
  const { status, endedMs, plan } = member;
  if (status === "incomplete" || status === "scheduled") return "subscription_not_active";
  if (endedMs !== null && atMs >= endedMs + DAY_MS) return "subscription_closed";
  const isPriced = plan.prices.some((price) => price.kind === "usage" && price.metric === metric);
  if (!isPriced) return "usage_metric_unknown";
  if (occurredAtMs > atMs + AHEAD_MS) return "usage_too_early";
  if (occurredAtMs < monthBefore(atMs) + AHEAD_MS) return "usage_too_late";
  return outsideOf(member, occurredAtMs);
}

/** Before it began, after its end, or while it rested. */
function outsideOf({ stretches, rests, endedMs, status }: Membership, atMs: number): string | null {
  const isResting = rests.some(({ fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs);
  if (isResting && status === "paused") return "subscription_paused";
  const beganMs = stretches[0]?.fromMs ?? Infinity;
  const isOutside = isResting || atMs < beganMs || atMs >= (endedMs ?? Infinity);
  return isOutside ? "usage_outside_subscription" : null;
}

/** A reference counts once, as long as it is remembered: through the month after it came. */
function repetitionOf(member: Membership, report: ReceivedReport): string | null {
  const known = member.reports.find(
    ({ reference, atMs }) => reference === report.reference && atMs >= monthBefore(report.atMs),
  );
  if (known === undefined) return null;
  const isSame =
    known.metric === report.metric &&
    known.occurredAtMs === report.occurredAtMs &&
    billionths(known.quantity) === billionths(report.quantity);
  return isSame ? "duplicate" : "usage_reference_reused";
}

function monthBefore(instantMs: number): number {
  const date = new Date(instantMs);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - 1, 1);
}
