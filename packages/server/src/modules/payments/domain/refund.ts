import { assert } from "#kernel/assert.ts";
import type { EpochMs } from "#kernel/clock.ts";
import type { Currency } from "#kernel/currency.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { Payment, RailName } from "./payment.ts";

/** pending → succeeded | failed; a bank may send money back that had been given: succeeded → failed. */
export type RefundStatus = "pending" | "succeeded" | "failed";

/** Money of a payment that is given back, whole or in part. */
export interface Refund extends OwnedId {
  readonly paymentId: bigint;
  readonly status: RefundStatus;
  readonly currency: Currency;
  readonly amountMinor: bigint;
  readonly reason: string | null;
  /** The credit note that it pays out; null for any other. */
  readonly creditNoteId: bigint | null;
  readonly rail: RailName;
  /** Null until the rail has answered. */
  readonly railRef: string | null;
  readonly failureCode: string | null;
  /** How often the rail was asked for it. */
  readonly attemptCount: number;
  readonly createdAtMs: EpochMs;
  readonly settledAtMs: EpochMs | null;
}

/** What is to be given back of a payment, and why. */
export interface WantedRefund {
  readonly id: bigint;
  readonly amountMinor: bigint;
  readonly reason: string | null;
  /** The credit note that it pays out; null for any other. */
  readonly creditNoteId: bigint | null;
  /** The rail's own object, where somebody made it there; null when the rail is yet to be asked. */
  readonly railRef: string | null;
  /** The customer's present. */
  readonly nowMs: EpochMs;
}

/** A refund of which nobody knows yet how it ends. */
export function pendingRefund(
  { customerId, id: paymentId, currency, rail }: Payment,
  { nowMs, ...wanted }: WantedRefund,
): Refund {
  return {
    ...wanted,
    customerId,
    paymentId,
    status: "pending",
    currency,
    rail,
    failureCode: null,
    attemptCount: 0,
    createdAtMs: nowMs,
    settledAtMs: null,
  };
}

/** A refund as the rail tells it now. */
export interface RailRefund {
  readonly ref: string;
  /** Our own id of the refund, where it was asked for here. */
  readonly madeFor: string | null;
  readonly paymentRef: string | null;
  readonly status: RefundStatus;
  readonly currency: Currency;
  readonly amountMinor: bigint;
  readonly reason: string | null;
  readonly failureCode: string | null;
  readonly createdMs: EpochMs;
}

/** The refund after the rail's word on it. */
export function afterRailRefund(refund: Refund, found: RailRefund, nowMs: EpochMs): Refund {
  const isNews = refund.status !== found.status;
  return {
    ...refund,
    railRef: found.ref,
    status: found.status,
    failureCode: found.failureCode,
    settledAtMs: isNews && found.status !== "pending" ? nowMs : refund.settledAtMs,
  };
}

/** What a change of status means for the money: 1 it went out, -1 it came back, 0 it stayed. */
export function refundDirection(before: RefundStatus, after: RefundStatus): 1n | -1n | 0n {
  if (before === after) return 0n;
  if (after === "succeeded") return 1n;
  return before === "succeeded" ? -1n : 0n;
}

/** A part of what a payment collected. */
export interface RefundPart {
  readonly payment: Payment;
  readonly amountMinor: bigint;
}

/** Which payments an amount is given back of: in the order given, each as far as it reaches. */
export function refundParts(there: readonly RefundPart[], amountMinor: bigint): RefundPart[] {
  let left = amountMinor;
  const parts = there.map(({ payment, amountMinor: most }) => {
    const part = most < left ? most : left;
    left -= part;
    return { payment, amountMinor: part };
  });
  assert(left === 0n, "no more is given back than is there");
  return parts.filter((part) => part.amountMinor > 0n);
}
