import { withPlanFacts } from "#flows/close-periods/line-facts.ts";
import { bounds, closingLines, ranFrom } from "#flows/close-periods/period-lines.ts";
import type { SoldNowAndBefore } from "#flows/sold-terms.ts";
import type { EpochMs, Period } from "#kernel/clock.ts";
import { type OwnedId, ownedKey } from "#kernel/ids.ts";
import type { DraftLine } from "#modules/invoices/domain/index.ts";
import { listPeriodLines } from "#modules/invoices/index.ts";
import { usageOf } from "#modules/metering/index.ts";
import { isOver, type Subscription } from "#modules/subscriptions/domain/index.ts";
import { listPeriodCloses } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";

/** A billing period and what it comes to. */
export interface BilledPeriod {
  readonly period: Period;
  readonly status: "open" | "closed";
  /**
   * Everything that was charged for it, in advance, at its end or late, on whichever invoices. Of one
   * that runs also what closing it as it stands would charge.
   */
  readonly lines: readonly DraftLine[];
  /** The invoice that its end made; null while it runs, and when there was nothing to charge. */
  readonly invoice: OwnedId | null;
}

/** The periods that are over, newest first. */
export async function listClosedPeriods(
  tx: Tx,
  subscription: Subscription,
  sold: SoldNowAndBefore,
  page: { readonly beforeMs: EpochMs | null; readonly limit: number },
): Promise<BilledPeriod[]> {
  const closes = await listPeriodCloses(tx, subscription, page);
  const starts = closes.map(({ periodStartMs }) => periodStartMs);
  const lines = await listPeriodLines(tx, subscription, starts);
  return closes.map(({ customerId, periodStartMs, invoiceId }) => ({
    period: bounds(ranFrom({ subscription, ...sold }, periodStartMs)),
    status: "closed",
    lines: lines.filter(({ period }) => period.startMs === periodStartMs),
    invoice: invoiceId === null ? null : { customerId, id: invoiceId },
  }));
}

/** The period that runs; null where none does. */
export async function findOpenPeriod(
  tx: Tx,
  subscription: Subscription,
  sold: SoldNowAndBefore,
): Promise<BilledPeriod | null> {
  const { customerId, id: subscriptionId, period } = subscription;
  if (period === null || isOver(subscription)) return null;
  const periodStartMs = period.startMs;
  const usage = (await usageOf(tx, [subscription])).get(ownedKey(subscription)) ?? [];
  const counters = usage.map(({ meter, quantity }) => {
    const key = { customerId, subscriptionId, meter, periodStartMs };
    return { ...key, quantity, billedQuantity: 0n, closings: 0 };
  });
  const facts = await withPlanFacts(tx, [{ subscription, ...sold, counters }]);
  return {
    period: bounds(period),
    status: "open",
    lines: [
      ...(await listPeriodLines(tx, subscription, [periodStartMs])),
      ...facts.flatMap((one) => closingLines(one, bounds(period))),
    ],
    invoice: null,
  };
}
