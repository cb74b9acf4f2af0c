import type { EpochMs } from "#kernel/clock.ts";
import { type OwnedId, ownedKey } from "#kernel/ids.ts";
import type { Checkout } from "#modules/checkout/domain/index.ts";
import { columns, instant } from "#platform/db/columns.ts";
import type { DiscoveryTx, Tx } from "#platform/db/database.ts";

interface CheckoutRow {
  customer_id: bigint;
  id: bigint;
  subscription_id: bigint;
  mode: Checkout["mode"];
  status: Checkout["status"];
  return_url: string | null;
  rail: Checkout["rail"];
  rail_ref: string | null;
  created_at: EpochMs;
  completed_at: EpochMs | null;
}

/**
 * Writes checkouts. A subscription has one: an open one stays as it is; in the place of a completed one
 * comes the new one, under an id of its own, since what was done on the pages of the old one is done.
 */
export async function insertCheckouts(tx: Tx, checkouts: readonly Checkout[]): Promise<void> {
  await tx.query(
    `insert into checkout as kept
            (customer_id, id, subscription_id, mode, status, return_url, rail, created_at, project_id)
     select made.*, $9::int
       from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[],
                   $7::text[], $8::timestamptz[]) as made
     on conflict (customer_id, subscription_id) do update
        set id = excluded.id, mode = excluded.mode, status = excluded.status, rail_ref = null,
            created_at = excluded.created_at, completed_at = null
      where kept.status = 'completed'`,
    [
      ...columns(checkouts, [
        "customerId",
        "id",
        "subscriptionId",
        "mode",
        "status",
        "returnUrl",
        "rail",
        "createdAtMs",
      ]),
      tx.projectId,
    ],
  );
}

export async function findCheckout(tx: Tx, key: OwnedId): Promise<Checkout | null> {
  return one(tx, "customer_id = $1 and id = $2", [key.customerId, key.id]);
}

/** Finds a checkout and keeps others from completing it until the transaction ends. */
export async function lockCheckout(tx: Tx, key: OwnedId): Promise<Checkout | null> {
  return one(tx, "customer_id = $1 and id = $2 for update", [key.customerId, key.id]);
}

/** The checkout of a subscription; null when it never waited for one. */
export async function findCheckoutOf(tx: Tx, subscription: OwnedId): Promise<Checkout | null> {
  return one(tx, "customer_id = $1 and subscription_id = $2", [
    subscription.customerId,
    subscription.id,
  ]);
}

/** The checkouts of those subscriptions that have one, by the subscription's `ownedKey`. */
export async function findCheckoutsOf(
  tx: Tx,
  subscriptions: readonly OwnedId[],
): Promise<Map<string, Checkout>> {
  const rows = await tx.query<CheckoutRow>(
    `select checkout.*
       from unnest($1::bigint[], $2::bigint[]) as asked (customer_id, subscription_id)
       join checkout using (customer_id, subscription_id)
      where checkout.customer_id = any($1)`,
    columns(subscriptions, ["customerId", "id"]),
  );
  return new Map(
    rows.map((row) => [
      ownedKey({ customerId: row.customer_id, id: row.subscription_id }),
      toCheckout(row),
    ]),
  );
}

/** The project that a payment link belongs to: whoever follows one has no token that names it. */
export async function findProjectOfCheckout(tx: DiscoveryTx, key: OwnedId): Promise<number | null> {
  const [row] = await tx.query<{ project_id: number }>(
    "select project_id from checkout where customer_id = $1 and id = $2",
    [key.customerId, key.id],
  );
  return row?.project_id ?? null;
}

export async function updateCheckoutPage(tx: Tx, key: OwnedId, railRef: string): Promise<void> {
  await tx.query(
    `update checkout set rail_ref = $3
      where customer_id = $1 and id = $2 and status = 'open'`,
    [key.customerId, key.id, railRef],
  );
}

export async function updateCheckoutCompleted(tx: Tx, key: OwnedId, nowMs: EpochMs): Promise<void> {
  await tx.query(
    `update checkout set status = 'completed', completed_at = $3
      where customer_id = $1 and id = $2`,
    [key.customerId, key.id, instant(nowMs)],
  );
}

async function one(tx: Tx, condition: string, values: readonly unknown[]) {
  const [row] = await tx.query<CheckoutRow>(`select * from checkout where ${condition}`, values);
  return row === undefined ? null : toCheckout(row);
}

function toCheckout(row: CheckoutRow): Checkout {
  return {
    customerId: row.customer_id,
    id: row.id,
    subscriptionId: row.subscription_id,
    mode: row.mode,
    status: row.status,
    returnUrl: row.return_url,
    rail: row.rail,
    railRef: row.rail_ref,
    createdAtMs: row.created_at,
    completedAtMs: row.completed_at,
  };
}
