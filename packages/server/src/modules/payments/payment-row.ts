import type { EpochMs } from "#kernel/clock.ts";
import type { Payment, PaymentStatus, RailName } from "#modules/payments/domain/index.ts";

/** A payment as the table has it. */
export interface PaymentRow {
  customer_id: bigint;
  id: bigint;
  invoice_id: bigint | null;
  subscription_id: bigint | null;
  status: PaymentStatus;
  currency: string;
  amount_minor: string;
  surplus_minor: string;
  rail: RailName;
  rail_ref: string | null;
  attempt_count: number;
  next_attempt_at: EpochMs | null;
  first_failed_at: EpochMs | null;
  last_failure_code: string | null;
  on_test_clock: boolean;
  created_at: EpochMs;
  settled_at: EpochMs | null;
}

export function toPayment(row: PaymentRow): Payment {
  return {
    customerId: row.customer_id,
    id: row.id,
    invoiceId: row.invoice_id,
    subscriptionId: row.subscription_id,
    status: row.status,
    currency: row.currency,
    amountMinor: BigInt(row.amount_minor),
    surplusMinor: BigInt(row.surplus_minor),
    rail: row.rail,
    railRef: row.rail_ref,
    attemptCount: row.attempt_count,
    nextAttemptMs: row.next_attempt_at,
    firstFailedMs: row.first_failed_at,
    lastFailureCode: row.last_failure_code,
    isOnTestClock: row.on_test_clock,
    createdAtMs: row.created_at,
    settledAtMs: row.settled_at,
  };
}
