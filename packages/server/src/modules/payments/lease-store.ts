import type { EpochMs } from "#kernel/clock.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { Payment } from "#modules/payments/domain/index.ts";
import { instant } from "#platform/db/columns.ts";
import type { Tx } from "#platform/db/database.ts";
import { type PaymentRow, toPayment } from "./payment-row.ts";

/**
 * Takes a due payment for one attempt: nobody else gets it before `untilMs`, by the wall clock.
 * Null when it is not due in its customer's time, is settled, or is somebody else's. `takesOver` also
 * what is somebody else's: for a transaction that is not committed.
 */
export async function leasePayment(
  tx: Tx,
  key: OwnedId,
  instants: {
    readonly customerNowMs: EpochMs;
    readonly wallNowMs: EpochMs;
    readonly untilMs: EpochMs;
  },
  { takesOver }: { readonly takesOver: boolean },
): Promise<Payment | null> {
  const [row] = await tx.query<PaymentRow>(
    `update payment set leased_until = $5
      where customer_id = $1 and id = $2 and status = 'pending' and next_attempt_at <= $3
        and ($6 or leased_until is null or leased_until <= $4)
      returning *`,
    [
      key.customerId,
      key.id,
      instant(instants.customerNowMs),
      instant(instants.wallNowMs),
      instant(instants.untilMs),
      takesOver,
    ],
  );
  return row === undefined ? null : toPayment(row);
}

/** Keeps others away from a payment that is in an attempt, until a later instant than they were. */
export async function extendLease(tx: Tx, key: OwnedId, untilMs: EpochMs): Promise<void> {
  await tx.query(
    `update payment set leased_until = greatest(leased_until, $3)
      where customer_id = $1 and id = $2 and leased_until is not null`,
    [key.customerId, key.id, instant(untilMs)],
  );
}
