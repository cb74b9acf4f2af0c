import type { EpochMs } from "#kernel/clock.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { Payment, PaymentStatus } from "#modules/payments/domain/index.ts";
import { columns, instant, instantOrNull } from "#platform/db/columns.ts";
import type { DiscoveryTx, Tx } from "#platform/db/database.ts";
import { WRITTEN_HERE } from "#platform/db/written-here.ts";
import { type PaymentRow, toPayment } from "./payment-row.ts";

/** A payment that is due, and whose project it is. */
export interface DuePayment extends OwnedId {
  readonly projectId: number;
}

/** Writes new payments, none of them tried yet. One statement, however many. */
export async function insertPayments(tx: Tx, payments: readonly Payment[]): Promise<void> {
  if (payments.length === 0) return;
  await tx.query(
    `insert into payment
            (customer_id, id, invoice_id, subscription_id, status, currency, amount_minor, rail,
             attempt_count, next_attempt_at, first_failed_at, last_failure_code, on_test_clock,
             created_at, settled_at, project_id)
     select made.*, $16::int
       from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[],
                   $7::numeric[], $8::text[], $9::int[], $10::timestamptz[], $11::timestamptz[],
                   $12::text[], $13::boolean[], $14::timestamptz[], $15::timestamptz[]) as made`,
    [
      ...columns(payments, [
        "customerId",
        "id",
        "invoiceId",
        "subscriptionId",
        "status",
        "currency",
        "amountMinor",
        "rail",
        "attemptCount",
        "nextAttemptMs",
        "firstFailedMs",
        "lastFailureCode",
        "isOnTestClock",
        "createdAtMs",
        "settledAtMs",
      ]),
      tx.projectId,
    ],
  );
}

/** Finds a payment and keeps others from changing it until the transaction ends. */
export async function lockPayment(tx: Tx, key: OwnedId): Promise<Payment | null> {
  return one(tx, "customer_id = $1 and id = $2 for update", [key.customerId, key.id]);
}

export async function findPayment(tx: Tx, key: OwnedId): Promise<Payment | null> {
  return one(tx, "customer_id = $1 and id = $2", [key.customerId, key.id]);
}

/** The payment that a customer's object at the rail belongs to. */
export async function findPaymentByRailRef(
  tx: Tx,
  customerId: bigint,
  railRef: string,
): Promise<Payment | null> {
  return one(tx, "customer_id = $1 and rail_ref = $2", [customerId, railRef]);
}

/** Whose payment it is; null when there is none. */
export async function findProjectOfPayment(tx: DiscoveryTx, key: OwnedId): Promise<number | null> {
  const [row] = await tx.query<{ project_id: number }>(
    "select project_id from payment where customer_id = $1 and id = $2",
    [key.customerId, key.id],
  );
  return row?.project_id ?? null;
}

/**
 * Keeps money that came for nothing. False when it is known already, as this or as what pays an
 * invoice.
 */
export async function insertStrayPayment(
  tx: Tx,
  payment: Payment,
  wallNowMs: EpochMs,
): Promise<boolean> {
  const rows = await tx.query(
    `insert into payment
            (customer_id, id, project_id, subscription_id, status, currency, amount_minor, rail,
             rail_ref, attempt_count, on_test_clock, created_at, settled_at, collected_at)
     values ($1, $2, $3, $4, 'succeeded', $5, $6, $7, $8, 0, $9, $10, $10, $11)
     on conflict do nothing returning id`,
    [
      payment.customerId,
      payment.id,
      tx.projectId,
      payment.subscriptionId,
      payment.currency,
      payment.amountMinor,
      payment.rail,
      payment.railRef,
      payment.isOnTestClock,
      instant(payment.createdAtMs),
      instant(wallNowMs),
    ],
  );
  return rows.length > 0;
}

/** Writes what changed of a payment that is locked, and ends the lease. */
export async function updatePayment(tx: Tx, payment: Payment, wallNowMs: EpochMs): Promise<void> {
  await tx.query(
    `update payment
        set status = $3, next_attempt_at = $4, first_failed_at = $5, last_failure_code = $6,
            settled_at = $7, rail_ref = $9, leased_until = null, amount_minor = $10,
            surplus_minor = $11,
            collected_at = case when $3 = 'succeeded' then coalesce(collected_at, $8) end
      where customer_id = $1 and id = $2`,
    [
      payment.customerId,
      payment.id,
      payment.status,
      instantOrNull(payment.nextAttemptMs),
      instantOrNull(payment.firstFailedMs),
      payment.lastFailureCode,
      instantOrNull(payment.settledAtMs),
      instant(wallNowMs),
      payment.railRef,
      payment.amountMinor,
      payment.surplusMinor,
    ],
  );
}

/**
 * Remembers the rail's object of a payment. Whoever comes first decides: the answer is the
 * reference that holds from now on.
 */
export async function keepRailRef(tx: Tx, key: OwnedId, railRef: string): Promise<string> {
  const [row] = await tx.query<{ rail_ref: string }>(
    `update payment set rail_ref = coalesce(rail_ref, $3)
      where customer_id = $1 and id = $2 returning rail_ref`,
    [key.customerId, key.id, railRef],
  );
  return row?.rail_ref ?? railRef;
}

/**
 * Makes the waiting payments of a customer due now instead of at their next retry, and those that were
 * given up for subscriptions that are past due all the same (`pastDueIds`).
 */
export async function hastenPayments(
  tx: Tx,
  customerId: bigint,
  pastDueIds: readonly bigint[],
  nowMs: EpochMs,
): Promise<void> {
  await tx.query(
    // Also those that are due: one whose charge is being settled is waited for, and hastened after it.
    `update payment
        set status = 'pending', next_attempt_at = least(next_attempt_at, $2), settled_at = null
      where customer_id = $1
        and (status = 'pending' and next_attempt_at is not null
             or status = 'failed' and subscription_id = any($3))`,
    [customerId, instant(nowMs), pastDueIds],
  );
}

export interface PaymentFilter {
  readonly customerId?: bigint;
  readonly subscriptionId?: bigint;
  readonly status?: PaymentStatus;
}

/** Newest first. */
export async function listPayments(
  tx: Tx,
  filter: PaymentFilter,
  page: { readonly before: OwnedId | null; readonly limit: number },
): Promise<Payment[]> {
  const rows = await tx.query<PaymentRow>(
    `select * from payment
      where project_id = $1 and ($2::bigint is null or customer_id = $2)
        and ($3::bigint is null or subscription_id = $3)
        and ($4::text is null or status = $4)
        and ($5::bigint is null or (id, customer_id) < ($5, $6))
      order by id desc, customer_id desc limit $7`,
    [
      tx.projectId,
      filter.customerId ?? null,
      filter.subscriptionId ?? null,
      filter.status ?? null,
      page.before?.id ?? null,
      page.before?.customerId ?? null,
      page.limit,
    ],
  );
  return rows.map(toPayment);
}

/** The payments of these customers that this transaction has made or changed, the oldest first. */
export async function listPaymentsWrittenHere(
  tx: Tx,
  customerIds: readonly bigint[],
): Promise<Payment[]> {
  const rows = await tx.query<PaymentRow>(
    `select * from payment where customer_id = any($1) and ${WRITTEN_HERE} order by id`,
    [customerIds],
  );
  return rows.map(toPayment);
}

/** How many payments of a subscription have failed and are still to be tried again. */
export async function countFailingPayments(
  tx: Tx,
  customerId: bigint,
  subscriptionId: bigint,
): Promise<number> {
  const [row] = await tx.query<{ count: bigint }>(
    `select count(*) as count from payment
      where customer_id = $1 and subscription_id = $2 and status = 'pending'
        and first_failed_at is not null`,
    [customerId, subscriptionId],
  );
  return Number(row?.count ?? 0n);
}

/**
 * Payments that can be attempted now, the longest due first: those that live by the wall clock, and
 * those whose customer's test clock has reached them. What another process holds is left out.
 */
export async function findDuePayments(
  tx: DiscoveryTx,
  wallNowMs: EpochMs,
  limit: number,
): Promise<DuePayment[]> {
  const rows = await tx.query<DueRow>(
    `(select project_id, customer_id, id, next_attempt_at from payment
       where next_attempt_at <= $1 and not on_test_clock
         and (leased_until is null or leased_until <= $1)
       order by next_attempt_at limit $2)
     union all
     (select project_id, customer_id, id, next_attempt_at
        from payment join customer using (project_id, customer_id)
       where on_test_clock and next_attempt_at <= test_clock_at
         and (leased_until is null or leased_until <= $1)
       order by next_attempt_at limit $2)
     order by next_attempt_at limit $2`,
    [instant(wallNowMs), limit],
  );
  return rows.map(toDue);
}

/** The payments of one customer that are due in its own time, whoever holds them. */
export async function findDuePaymentsOf(
  tx: Tx,
  customerId: bigint,
  customerNowMs: EpochMs,
): Promise<DuePayment[]> {
  const rows = await tx.query<DueRow>(
    `select project_id, customer_id, id from payment
      where customer_id = $1 and status = 'pending' and next_attempt_at <= $2
      order by next_attempt_at, id`,
    [customerId, instant(customerNowMs)],
  );
  return rows.map(toDue);
}

/** The payment of a subscription that nobody has tried to collect yet; null when there is none. */
export async function findUntriedPayment(
  tx: Tx,
  customerId: bigint,
  subscriptionId: bigint,
): Promise<Payment | null> {
  return one(
    tx,
    `customer_id = $1 and subscription_id = $2 and status = 'pending' and attempt_count = 0
      order by id limit 1`,
    [customerId, subscriptionId],
  );
}

/** When a payment of the customer is tried next; null when none waits. */
export async function nextAttemptOf(tx: Tx, customerId: bigint): Promise<EpochMs | null> {
  const [row] = await tx.query<{ next: EpochMs | null }>(
    "select min(next_attempt_at) as next from payment where customer_id = $1",
    [customerId],
  );
  return row?.next ?? null;
}

interface DueRow {
  project_id: number;
  customer_id: bigint;
  id: bigint;
}

function toDue(row: DueRow): DuePayment {
  return { projectId: row.project_id, customerId: row.customer_id, id: row.id };
}

async function one(tx: Tx, condition: string, values: readonly unknown[]): Promise<Payment | null> {
  const [row] = await tx.query<PaymentRow>(`select * from payment where ${condition}`, values);
  return row === undefined ? null : toPayment(row);
}
