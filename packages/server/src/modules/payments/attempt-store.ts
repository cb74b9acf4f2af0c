import type { EpochMs } from "#kernel/clock.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { AttemptOutcome, Payment, PaymentAttempt } from "#modules/payments/domain/index.ts";
import { instant } from "#platform/db/columns.ts";
import type { Tx } from "#platform/db/database.ts";

interface AttemptRow {
  attempt_number: number;
  payment_method_id: bigint | null;
  started_at: EpochMs;
  settled_at: EpochMs | null;
  outcome: AttemptOutcome["type"] | null;
  failure_code: string | null;
  charge_ref: string | null;
}

/** Stores the start of a payment's next attempt. The rail is asked only once this is committed. */
export async function startAttempt(
  tx: Tx,
  payment: Payment,
  paymentMethodId: bigint | null,
  nowMs: EpochMs,
): Promise<PaymentAttempt> {
  const [row] = await tx.query<AttemptRow>(
    `with counted as (
       update payment set attempt_count = attempt_count + 1
        where customer_id = $1 and id = $2 returning attempt_count)
     insert into payment_attempt
            (customer_id, payment_id, attempt_number, payment_method_id, started_at, project_id)
     select $1::bigint, $2::bigint, attempt_count, $3::bigint, $4::timestamptz, $5::int from counted
     returning *`,
    [payment.customerId, payment.id, paymentMethodId, instant(nowMs), tx.projectId],
  );
  return toAttempt(row as AttemptRow);
}

/** All attempts of a payment, the first one first. */
export async function listAttempts(tx: Tx, key: OwnedId): Promise<PaymentAttempt[]> {
  const rows = await tx.query<AttemptRow>(
    `select * from payment_attempt where customer_id = $1 and payment_id = $2
      order by attempt_number`,
    [key.customerId, key.id],
  );
  return rows.map(toAttempt);
}

/**
 * Writes how an attempt ended. False when that was written before: then nothing may follow from it.
 */
export async function settleAttempt(
  tx: Tx,
  key: OwnedId,
  attemptNumber: number,
  end: {
    readonly outcome: AttemptOutcome;
    readonly chargeRef: string | null;
    readonly nowMs: EpochMs;
  },
): Promise<boolean> {
  const { outcome, chargeRef, nowMs } = end;
  const rows = await tx.query(
    `update payment_attempt
        set settled_at = $4, outcome = $5, failure_code = $6, charge_ref = $7
      where customer_id = $1 and payment_id = $2 and attempt_number = $3 and settled_at is null
      returning attempt_number`,
    [
      key.customerId,
      key.id,
      attemptNumber,
      instant(nowMs),
      outcome.type,
      outcome.type === "succeeded" ? null : outcome.code,
      chargeRef,
    ],
  );
  return rows.length > 0;
}

function toAttempt(row: AttemptRow): PaymentAttempt {
  return {
    attemptNumber: row.attempt_number,
    paymentMethodId: row.payment_method_id,
    startedAtMs: row.started_at,
    settledAtMs: row.settled_at,
    outcome: row.outcome,
    failureCode: row.failure_code,
    chargeRef: row.charge_ref,
  };
}
