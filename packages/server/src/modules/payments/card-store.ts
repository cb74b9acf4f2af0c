import { present } from "#kernel/assert.ts";
import type { EpochMs } from "#kernel/clock.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { PaymentMethod, RailName } from "#modules/payments/domain/index.ts";
import type { RailPaymentMethod } from "#modules/payments/rails/rail.ts";
import { instant } from "#platform/db/columns.ts";
import type { Tx } from "#platform/db/database.ts";

interface PaymentMethodRow {
  customer_id: bigint;
  id: bigint;
  rail: RailName;
  rail_ref: string;
  brand: string;
  last4: string;
  exp_month: number;
  exp_year: number;
  is_default: boolean;
  created_at: EpochMs;
}

const METHOD_COLUMNS =
  "customer_id, id, rail, rail_ref, brand, last4, exp_month, exp_year, is_default, created_at";

/** The rail's reference of a customer; null when the rail does not know it yet. */
export async function findRailCustomer(
  tx: Tx,
  customerId: bigint,
  rail: RailName,
): Promise<string | null> {
  const [row] = await tx.query<{ rail_ref: string }>(
    "select rail_ref from rail_customer where customer_id = $1 and rail = $2",
    [customerId, rail],
  );
  return row?.rail_ref ?? null;
}

/** Remembers the rail's reference of a customer. Whoever comes first decides which one holds. */
export async function keepRailCustomer(
  tx: Tx,
  customer: { readonly customerId: bigint; readonly rail: RailName; readonly railRef: string },
  nowMs: EpochMs,
): Promise<string> {
  const { customerId, rail, railRef } = customer;
  await tx.query(
    `insert into rail_customer (customer_id, rail, project_id, rail_ref, created_at)
     values ($1, $2, $3, $4, $5) on conflict do nothing`,
    [customerId, rail, tx.projectId, railRef, instant(nowMs)],
  );
  return present(await findRailCustomer(tx, customerId, rail), "it was there or was just written");
}

/** Saves a card, or brings back one that was removed, as the one that is charged from now on. */
export async function insertDefaultPaymentMethod(
  tx: Tx,
  method: PaymentMethod,
): Promise<PaymentMethod> {
  const { customerId, rail } = method;
  await lockCards(tx, customerId, rail);
  await tx.query(
    "update payment_method set is_default = false where customer_id = $1 and is_default",
    [customerId],
  );
  const [row] = await tx.query<PaymentMethodRow>(
    `insert into payment_method (${METHOD_COLUMNS}, project_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, true, $9, $10)
     on conflict (customer_id, rail, rail_ref) do update set is_default = true, detached_at = null
     returning ${METHOD_COLUMNS}`,
    [
      customerId,
      method.id,
      rail,
      method.railRef,
      method.brand,
      method.last4,
      method.expMonth,
      method.expYear,
      instant(method.createdAtMs),
      tx.projectId,
    ],
  );
  return toMethod(present(row, "an upsert answers its row"));
}

/** The saved cards of a customer, newest first. */
export async function listPaymentMethods(
  tx: Tx,
  customerId: bigint,
  page: { readonly before: bigint | null; readonly limit: number },
): Promise<PaymentMethod[]> {
  const rows = await tx.query<PaymentMethodRow>(
    `select ${METHOD_COLUMNS} from payment_method
      where customer_id = $1 and detached_at is null and ($2::bigint is null or id < $2)
      order by id desc limit $3`,
    [customerId, page.before, page.limit],
  );
  return rows.map(toMethod);
}

/**
 * Writes what the rail says of a saved card now: banks issue cards anew, with another expiry or number.
 * Null when it says nothing new, or of no card that is saved.
 */
export async function updatePaymentMethod(
  tx: Tx,
  card: RailPaymentMethod,
): Promise<{ readonly customerId: bigint; readonly isDefault: boolean } | null> {
  const [row] = await tx.query<Pick<PaymentMethodRow, "customer_id" | "is_default">>(
    `update payment_method set brand = $3, last4 = $4, exp_month = $5, exp_year = $6
      where project_id = $1 and rail_ref = $2 and detached_at is null
        and (brand, last4, exp_month, exp_year) is distinct from ($3, $4, $5, $6)
      returning customer_id, is_default`,
    [tx.projectId, card.ref, card.brand, card.last4, card.expMonth, card.expYear],
  );
  return row === undefined ? null : { customerId: row.customer_id, isDefault: row.is_default };
}

export async function findPaymentMethod(tx: Tx, key: OwnedId): Promise<PaymentMethod | null> {
  const [row] = await tx.query<PaymentMethodRow>(
    `select ${METHOD_COLUMNS} from payment_method
      where customer_id = $1 and id = $2 and detached_at is null`,
    [key.customerId, key.id],
  );
  return row === undefined ? null : toMethod(row);
}

/** The card that is charged; null when none is saved. */
export async function findDefaultPaymentMethod(
  tx: Tx,
  customerId: bigint,
): Promise<PaymentMethod | null> {
  const [row] = await tx.query<PaymentMethodRow>(
    `select ${METHOD_COLUMNS} from payment_method
      where customer_id = $1 and is_default and detached_at is null`,
    [customerId],
  );
  return row === undefined ? null : toMethod(row);
}

/** Which of these subscriptions have a payment that failed and is tried again. */
export async function listOwing(tx: Tx, subscriptions: readonly OwnedId[]): Promise<OwnedId[]> {
  const rows = await tx.query<{ customer_id: bigint; subscription_id: bigint }>(
    `select distinct customer_id, subscription_id from payment
      where customer_id = any($1) and subscription_id = any($2) and status = 'pending'
        and first_failed_at is not null`,
    [subscriptions.map(({ customerId }) => customerId), subscriptions.map(({ id }) => id)],
  );
  return rows.map((row) => ({ customerId: row.customer_id, id: row.subscription_id }));
}

/** Which of these customers have a card that can be charged. */
export async function listPayers(tx: Tx, customerIds: readonly bigint[]): Promise<bigint[]> {
  const rows = await tx.query<{ customer_id: bigint }>(
    `select customer_id from payment_method
      where customer_id = any($1) and is_default and detached_at is null`,
    [customerIds],
  );
  return rows.map(({ customer_id }) => customer_id);
}

/** The rail's reference of a card, even of one that was removed since. */
export async function findMethodRef(tx: Tx, key: OwnedId): Promise<string | null> {
  const [row] = await tx.query<{ rail_ref: string }>(
    "select rail_ref from payment_method where customer_id = $1 and id = $2",
    [key.customerId, key.id],
  );
  return row?.rail_ref ?? null;
}

/** Removes a card. If it was the one that is charged, the newest of the others takes its place. */
export async function detachPaymentMethod(
  tx: Tx,
  method: PaymentMethod,
  nowMs: EpochMs,
): Promise<void> {
  const { customerId, id } = method;
  await lockCards(tx, customerId, method.rail);
  await tx.query(
    `update payment_method set detached_at = $3, is_default = false
      where customer_id = $1 and id = $2 and detached_at is null`,
    [customerId, id, instant(nowMs)],
  );
  await tx.query(
    `update payment_method set is_default = true
      where customer_id = $1
        and id = (select id from payment_method where customer_id = $1 and detached_at is null
                   order by is_default desc, created_at desc, id desc limit 1)`,
    [customerId],
  );
}

// Two changes of a customer's default card would otherwise both leave theirs.
async function lockCards(tx: Tx, customerId: bigint, rail: RailName): Promise<void> {
  await tx.query("select 1 from rail_customer where customer_id = $1 and rail = $2 for update", [
    customerId,
    rail,
  ]);
}

function toMethod(row: PaymentMethodRow): PaymentMethod {
  return {
    customerId: row.customer_id,
    id: row.id,
    rail: row.rail,
    railRef: row.rail_ref,
    brand: row.brand,
    last4: row.last4,
    expMonth: row.exp_month,
    expYear: row.exp_year,
    isDefault: row.is_default,
    createdAtMs: row.created_at,
  };
}
