import type { Period } from "#kernel/clock.ts";
import type { Currency } from "#kernel/currency.ts";
import { roundToMinor } from "#kernel/money.ts";
import { NANOS_PER_UNIT, type Nanos, unitsToNanos } from "#kernel/nanos.ts";
import { type ProrationBasis, type Share, WHOLE } from "#kernel/proration.ts";
import type { FlatPrice, UsagePrice } from "#modules/catalog/domain/index.ts";
import { isPlain } from "#modules/metering/domain/index.ts";
import { type EventTally, isPerEvent, rateUsage } from "#modules/rating/domain/index.ts";
import type { Computation } from "./computation.ts";

/** What an invoice charges for one price in one billing period, or to keep its limits. */
export interface DraftLine {
  readonly kind: "flat" | "credit" | "usage" | "late_usage" | "minimum" | "maximum" | "one_off";
  /** Null on a line that keeps the whole plan within its limits, and on one that is charged once. */
  readonly priceId: bigint | null;
  /** The name of the usage meter, mostly its metric's; null on a line that is not usage. */
  readonly metric: string | null;
  readonly description: string;
  readonly period: Period;
  readonly quantity: Nanos;
  /** Rounded once, half away from zero. Negative when corrections outweigh what was used. */
  readonly amountMinor: bigint;
  readonly computation: Computation;
}

/** What was used of a metric in a period, as far as a price may ask. */
export interface Used {
  readonly quantity: Nanos;
  /** Null where the price asks for the sum alone. */
  readonly events: EventTally | null;
}

/** What an earlier invoice already charged for the same metric and period. */
export interface AlreadyBilled extends Used {
  /** How often the period has been billed for this metric. */
  readonly closings: number;
}

/** How much of a flat price is due: once, for the whole period, unless it says otherwise. */
export interface FlatPart {
  /** The part of the whole period: of one that was cut, or that ended early. */
  readonly share?: Share | undefined;
  /** How the share was measured. */
  readonly basis?: ProrationBasis;
  readonly quantity?: bigint;
}

/** A flat price for a period, or for the part of one. */
export function flatLine(
  price: FlatPrice,
  period: Period,
  currency: Currency,
  { share = WHOLE, basis = "exact_time", quantity = 1n }: FlatPart = {},
): DraftLine {
  return {
    kind: "flat",
    priceId: price.priceId,
    metric: null,
    description: price.name,
    period,
    quantity: unitsToNanos(quantity),
    amountMinor: flatMinor({ amount: price.amount, quantity, share }, currency),
    computation: { type: "flat", amount: price.amount, quantity, share, basis },
  };
}

/** What so much of a flat price comes to, in minor units. */
export function flatMinor(
  { amount, quantity, share }: { amount: Nanos; quantity: bigint; share: Share },
  currency: Currency,
): bigint {
  return roundToMinor(amount * NANOS_PER_UNIT * quantity, currency, share);
}

/**
 * What was used of a metric in a period. With `already`, the line charges only the difference between
 * all that is known now and what was billed before: the sum over all invoices is the same whenever
 * and in whatever order the events arrived.
 */
export function usageLine(
  price: UsagePrice,
  period: Period,
  currency: Currency,
  used: Used,
  already?: AlreadyBilled,
): DraftLine {
  const billedBefore = already?.quantity ?? 0n;
  const before = already === undefined ? 0n : usageAmount(price, currency, already);
  const hasEvents = isPerEvent(price.model);
  return {
    kind: already === undefined ? "usage" : "late_usage",
    priceId: price.priceId,
    metric: price.meter.name,
    description: price.name,
    period,
    quantity: used.quantity - billedBefore,
    amountMinor: usageAmount(price, currency, used) - before,
    computation: {
      type: "usage",
      meter: isPlain(price.meter) ? null : price.meter,
      model: price.model,
      used: used.quantity,
      closings: already?.closings ?? 0,
      billedBefore,
      amountBeforeMinor: before,
      events: hasEvents ? used.events : null,
      eventsBefore: hasEvents ? (already?.events ?? null) : null,
    },
  };
}

function usageAmount(price: UsagePrice, currency: Currency, { quantity, events }: Used): bigint {
  return roundToMinor(rateUsage(price.model, quantity, events).exact, currency);
}
