import type { EpochMs } from "#kernel/clock.ts";
import type { Currency } from "#kernel/currency.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { Money } from "#kernel/money.ts";
import type { Payment, RailName } from "./payment.ts";

/** The invoice to be collected. */
export interface CollectableInvoice extends OwnedId {
  readonly subscriptionId: bigint | null;
  readonly currency: Currency;
  /** What is left to pay. */
  readonly dueMinor: bigint;
}

/** What else a new payment is made of. */
export interface CollectionTerms {
  /** The payment's own id. */
  readonly id: bigint;
  readonly rail: RailName;
  readonly isOnTestClock: boolean;
  /** The customer's present, at which the first attempt is due. */
  readonly nowMs: EpochMs;
}

/** Money that is there and belongs to no invoice. */
export interface StrayMoney extends OwnedId, Money {
  readonly subscriptionId: bigint | null;
  readonly rail: RailName;
  readonly railRef: string;
  readonly isOnTestClock: boolean;
  /** The customer's present. */
  readonly nowMs: EpochMs;
}

/** The payment that such money is kept as, until it is given back. */
export function strayPayment({ nowMs, ...money }: StrayMoney): Payment {
  return {
    ...money,
    invoiceId: null,
    status: "succeeded",
    surplusMinor: 0n,
    attemptCount: 0,
    nextAttemptMs: null,
    firstFailedMs: null,
    lastFailureCode: null,
    createdAtMs: nowMs,
    settledAtMs: nowMs,
  };
}

/** The payment that collects an invoice, due at once; null when it leaves nothing to pay. */
export function planCollection(
  invoice: CollectableInvoice,
  { id, rail, isOnTestClock, nowMs }: CollectionTerms,
): Payment | null {
  if (invoice.dueMinor <= 0n) return null;
  return {
    customerId: invoice.customerId,
    id,
    invoiceId: invoice.id,
    subscriptionId: invoice.subscriptionId,
    status: "pending",
    surplusMinor: 0n,
    currency: invoice.currency,
    amountMinor: invoice.dueMinor,
    rail,
    railRef: null,
    attemptCount: 0,
    nextAttemptMs: nowMs,
    firstFailedMs: null,
    lastFailureCode: null,
    isOnTestClock,
    createdAtMs: nowMs,
    settledAtMs: null,
  };
}
