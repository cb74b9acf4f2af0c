import type { EpochMs } from "#kernel/clock.ts";
import type { Payment } from "./payment.ts";

/** What becomes of the payment that collects an invoice when less, or nothing, is left to pay. */
export interface Recollection {
  /** As it stands afterwards. */
  readonly payment: Payment;
  /** The one that goes on in its place, for what is left; null where it goes on itself, or nothing does. */
  readonly successor: Payment | null;
}

/**
 * One that the rail has never heard of is lowered. Else the rail may have an object of the old amount:
 * the payment is canceled, and another one takes its place in the retry schedule.
 */
export function recollected(
  payment: Payment,
  remainingMinor: bigint,
  { id, nowMs }: { readonly id: bigint; readonly nowMs: EpochMs },
): Recollection {
  if (remainingMinor === payment.amountMinor) return { payment, successor: null };
  if (remainingMinor > 0n && payment.attemptCount === 0 && payment.railRef === null) {
    return { payment: { ...payment, amountMinor: remainingMinor }, successor: null };
  }
  const canceled: Payment = {
    ...payment,
    status: "canceled",
    nextAttemptMs: null,
    settledAtMs: nowMs,
  };
  const fresh = { id, amountMinor: remainingMinor, railRef: null, attemptCount: 0 };
  return {
    payment: canceled,
    successor: remainingMinor > 0n ? { ...payment, ...fresh, createdAtMs: nowMs } : null,
  };
}
