import type { BilledPeriod } from "#flows/billed-periods.ts";
import { isoInstant } from "#kernel/clock.ts";
import type { Currency } from "#kernel/currency.ts";
import { formatOwnedId } from "#kernel/ids.ts";
import { sumMinor } from "#kernel/money.ts";
import type { Nanos } from "#kernel/nanos.ts";
import type { DraftLine } from "#modules/invoices/domain/index.ts";
import type { PriceModel } from "#modules/rating/domain/index.ts";
import type { UsageCharge } from "./invoice-wire.ts";
import { numberFromMinor, numberFromNanos } from "./json-numbers.ts";

/** A billing period and what it comes to. */
export function periodToWire({ period, status, lines, invoice }: BilledPeriod, currency: Currency) {
  const amountOf = (some: readonly DraftLine[]) =>
    numberFromMinor(sumMinor(some.map(({ amountMinor }) => amountMinor)), currency);
  return {
    period_start: isoInstant(period.startMs),
    period_end: isoInstant(period.endMs),
    status,
    base_amount: amountOf(lines.filter(({ kind }) => kind === "flat")),
    usage_amount: amountOf(lines.filter(({ kind }) => kind !== "flat")),
    total: amountOf(lines),
    usage_charges: usageCharges(lines, currency),
    invoice_uid: invoice === null ? null : formatOwnedId("invoice", invoice),
  };
}

/** One charge for each metric: what came in late is part of it. */
function usageCharges(lines: readonly DraftLine[], currency: Currency): UsageCharge[] {
  const charges = new Map<string, { readonly line: DraftLine; count: Nanos; minor: bigint }>();
  for (const line of lines) {
    if (line.metric === null) continue;
    const known = charges.get(line.metric) ?? { line, count: 0n, minor: 0n };
    known.count += line.quantity;
    known.minor += line.amountMinor;
    charges.set(line.metric, known);
  }
  return [...charges].map(([metric, { line, count, minor }]) => ({
    metric,
    count: numberFromNanos(count),
    rate: line.computation.type === "usage" ? rateOf(line.computation.model) : null,
    amount: numberFromMinor(minor, currency),
  }));
}

/** Null where the price has tiers, say, and so no one rate. */
function rateOf(model: PriceModel): number | null {
  return model.type === "per_unit" ? numberFromNanos(model.unitPrice) : null;
}
