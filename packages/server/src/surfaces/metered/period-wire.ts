import type { RatableUsage } from "#flows/current-usage.ts";
import { isoInstant, type Period } from "#kernel/clock.ts";
import { minorToNanos, roundToMinor, sumMinor } from "#kernel/money.ts";
import { type PlanVersion, usagePrices } from "#modules/catalog/domain/index.ts";
import type { InvoiceSnapshot } from "#modules/invoices/index.ts";
import { rateUsage } from "#modules/rating/domain/index.ts";
import { invoiceCharges, type UsageCharge } from "./invoice-wire.ts";
import { numberFromMinor, numberFromNanos } from "./json-numbers.ts";
import { baseFee } from "./plan-wire.ts";

/** A billing period that is over, by its invoice. */
export function closedPeriodToWire(invoice: InvoiceSnapshot) {
  return {
    period_start: invoice.period_start,
    period_end: invoice.period_end,
    status: "closed" as const,
    ...invoiceCharges(invoice),
    invoice_uid: invoice.id,
  };
}

/** The billing period that runs, and what it comes to so far. */
export function openPeriodToWire(
  period: Period,
  plan: PlanVersion,
  usage: readonly RatableUsage[],
) {
  const rated = ratedUsage(plan, usage);
  const usageMinor = sumMinor(rated.map(({ amountMinor }) => amountMinor));
  const total = baseFee(plan) + minorToNanos(usageMinor, plan.currency);
  return {
    period_start: isoInstant(period.startMs),
    period_end: isoInstant(period.endMs),
    status: "open" as const,
    base_amount: numberFromNanos(baseFee(plan)),
    usage_amount: numberFromMinor(usageMinor, plan.currency),
    total: numberFromNanos(total),
    usage_charges: rated.map(({ charge }) => charge),
    invoice_uid: null,
  };
}

/** What each meter shows, and what that costs so far. A meter is this surface's metric. */
export function ratedUsage(
  plan: PlanVersion,
  usage: readonly RatableUsage[],
): { readonly amountMinor: bigint; readonly charge: UsageCharge }[] {
  return usagePrices(plan).flatMap(({ meter, model }) => {
    const counted = usage.find((counter) => counter.meter === meter.name);
    if (counted === undefined) return [];
    const amountMinor = roundToMinor(
      rateUsage(model, counted.quantity, counted.events).exact,
      plan.currency,
    );
    const charge = {
      metric: meter.name,
      count: numberFromNanos(counted.quantity),
      rate: model.type === "per_unit" ? numberFromNanos(model.unitPrice) : null,
      amount: numberFromMinor(amountMinor, plan.currency),
    };
    return [{ amountMinor, charge }];
  });
}
