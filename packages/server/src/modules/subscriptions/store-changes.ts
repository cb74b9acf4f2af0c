import type { EpochMs } from "#kernel/clock.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { Interval } from "#kernel/interval.ts";
import type { PastTerms, Terms } from "#modules/subscriptions/domain/index.ts";
import { columns } from "#platform/db/columns.ts";
import type { Tx } from "#platform/db/database.ts";
import { type ItemJson, itemsFromJson, itemsToJson } from "./items-json.ts";

/** A change that was made to a subscription. */
export interface MadeChange {
  readonly subscription: OwnedId;
  readonly id: bigint;
  readonly atMs: EpochMs;
  /** Whether `before` ended with it: usage until then is counted and billed under them. */
  readonly isCut: boolean;
  readonly invoiceId: bigint | null;
  readonly before: Terms;
}

export async function insertChanges(tx: Tx, changes: readonly MadeChange[]): Promise<void> {
  if (changes.length === 0) return;
  const rows = changes.map(({ subscription, id, atMs, isCut, invoiceId, before }) => ({
    customerId: subscription.customerId,
    subscriptionId: subscription.id,
    id,
    atMs,
    isCut,
    invoiceId,
    sinceMs: before.fromMs,
    anchorMs: before.anchoring.anchorMs,
    ...before.anchoring.interval,
    ...before.plan,
    addOns: itemsToJson(before.addOns),
  }));
  await tx.query(
    `insert into subscription_change
            (customer_id, subscription_id, id, changed_at, is_cut, invoice_id, since, anchor_at,
             interval_unit, interval_count, plan_id, plan_version, quantity, billable, add_ons, project_id)
     select made.*, $16::int
       from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::boolean[],
                   $6::bigint[], $7::timestamptz[], $8::timestamptz[], $9::text[], $10::int[],
                   $11::bigint[], $12::int[], $13::bigint[], $14::bigint[], $15::jsonb[]) as made`,
    [
      ...columns(rows, [
        "customerId",
        "subscriptionId",
        "id",
        "atMs",
        "isCut",
        "invoiceId",
        "sinceMs",
        "anchorMs",
        "unit",
        "count",
        "planId",
        "planVersion",
        "quantity",
        "billable",
        "addOns",
      ]),
      tx.projectId,
    ],
  );
}

interface PastTermsRow {
  customer_id: bigint;
  subscription_id: bigint;
  since: EpochMs;
  changed_at: EpochMs;
  anchor_at: EpochMs;
  interval_unit: Interval["unit"];
  interval_count: number;
  time_zone: string;
  plan_id: bigint;
  plan_version: number;
  quantity: bigint;
  billable: bigint;
  add_ons: ItemJson[] | null;
}

/** The terms that subscriptions had before their present ones, oldest first. */
export async function listPastTerms(
  tx: Tx,
  subscriptions: readonly OwnedId[],
): Promise<PastTerms[]> {
  if (subscriptions.length === 0) return [];
  const rows = await tx.query<PastTermsRow>(
    `select change.customer_id, change.subscription_id, change.since, change.changed_at,
            change.anchor_at, change.interval_unit, change.interval_count, subscription.time_zone,
            change.plan_id, change.plan_version, change.quantity, change.billable,
            change.add_ons
       from unnest($1::bigint[], $2::bigint[]) as asked (customer_id, id)
       join subscription_change as change
         on change.customer_id = asked.customer_id and change.subscription_id = asked.id
       join subscription
         on subscription.customer_id = asked.customer_id and subscription.id = asked.id
      where change.customer_id = any($1) and subscription.customer_id = any($1) and change.is_cut
      order by change.customer_id, change.subscription_id, change.since`,
    columns(subscriptions, ["customerId", "id"]),
  );
  return rows.map((row) => ({
    subscription: { customerId: row.customer_id, id: row.subscription_id },
    fromMs: row.since,
    untilMs: row.changed_at,
    anchoring: {
      anchorMs: row.anchor_at,
      interval: { unit: row.interval_unit, count: row.interval_count },
      timeZone: row.time_zone,
    },
    plan: {
      planId: row.plan_id,
      planVersion: row.plan_version,
      quantity: row.quantity,
      billable: row.billable,
      licensed: null,
    },
    addOns: itemsFromJson(row.add_ons),
  }));
}
