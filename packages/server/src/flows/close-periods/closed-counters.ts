import { type Sold, type SoldNowAndBefore, soldAt } from "#flows/sold-terms.ts";
import type { EpochMs } from "#kernel/clock.ts";
import { usagePrices } from "#modules/catalog/domain/index.ts";
import type { DraftLine } from "#modules/invoices/domain/index.ts";
import type { UsageCounter } from "#modules/metering/domain/index.ts";
import type { Subscription } from "#modules/subscriptions/domain/index.ts";

interface Facts extends SoldNowAndBefore {
  readonly subscription: Subscription;
  readonly counters: readonly UsageCounter[];
}

/** Names a counter of the subscription. */
type CounterName = Pick<UsageCounter, "meter" | "periodStartMs">;

/** Whether it holds something that no invoice has billed. */
export function isUnbilled({ isSettled }: UsageCounter): boolean {
  return isSettled !== true;
}

/** Whether it counts what was used in the trial, which nobody pays for. */
export function isFree({ trialEndMs }: Subscription, { periodStartMs }: CounterName): boolean {
  return trialEndMs !== null && periodStartMs < trialEndMs;
}

/** The counters of usage lines. A price may charge for no usage at all; its counter then says so. */
export function usedOf(lines: readonly DraftLine[]): CounterName[] {
  return lines.flatMap(({ metric, period }) =>
    metric === null ? [] : [{ meter: metric, periodStartMs: period.startMs }],
  );
}

/**
 * The counters that are closed when these are billed: with each, those of the meters that read the
 * same events, whether they hold anything new or not. So an event needs to carry one number of
 * closings only, which says for all of its meters what has billed it.
 */
export function closedTogether(
  { subscription, counters, ...sold }: Facts,
  billed: readonly CounterName[],
): UsageCounter[] {
  const known = new Map(counters.map((counter) => [nameOf(counter), counter]));
  const closed = new Map<string, UsageCounter>();
  for (const { meter, periodStartMs } of billed) {
    const metricOf = metricsOf(soldAt(sold, periodStartMs));
    for (const [sibling, metric] of metricOf) {
      if (metric !== metricOf.get(meter)) continue;
      const name = nameOf({ meter: sibling, periodStartMs });
      const counter = known.get(name) ?? unusedCounter(subscription, sibling, periodStartMs);
      closed.set(name, counter);
    }
  }
  return [...closed.values()];
}

/** Metrics by the names of the meters that read them. */
function metricsOf({ plan }: Sold): ReadonlyMap<string, string> {
  return new Map(usagePrices(plan).map(({ meter }) => [meter.name, meter.metric]));
}

/** Those of meters that were sold in their period: what came in at the instant of a change may not be. */
export function knownOf(sold: SoldNowAndBefore, counters: readonly UsageCounter[]): UsageCounter[] {
  return counters.filter(({ meter, periodStartMs }) =>
    usagePrices(soldAt(sold, periodStartMs).plan).some((price) => price.meter.name === meter),
  );
}

function unusedCounter(
  { customerId, id }: Subscription,
  meter: string,
  periodStartMs: EpochMs,
): UsageCounter {
  return {
    customerId,
    subscriptionId: id,
    meter,
    periodStartMs,
    quantity: 0n,
    billedQuantity: 0n,
    closings: 0,
  };
}

function nameOf({ meter, periodStartMs }: CounterName): string {
  return `${periodStartMs} ${meter}`;
}
