import type { EpochMs } from "#kernel/clock.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { Interval } from "#kernel/interval.ts";
import type { Subscription, SubscriptionStatus } from "#modules/subscriptions/domain/index.ts";
import { columns } from "#platform/db/columns.ts";
import type { Tx } from "#platform/db/database.ts";
import {
  type AwaitedChangeJson,
  awaitedFromJson,
  awaitedToJson,
  type ItemJson,
  itemsFromJson,
  itemsToJson,
  type LicenseStepJson,
  type PendingChangeJson,
  pendingFromJson,
  pendingToJson,
  stepsFromJson,
  stepsToJson,
} from "./items-json.ts";
import {
  type BeginningJson,
  beginningFromJson,
  beginningToJson,
  type PauseJson,
  pauseFromJson,
  pauseToJson,
  type RestJson,
  restsFromJson,
  restsToJson,
} from "./lifecycle-json.ts";

export interface SubscriptionRow {
  customer_id: bigint;
  id: bigint;
  plan_id: bigint;
  plan_version: number;
  status: SubscriptionStatus;
  title: string | null;
  reference_id: string | null;
  metadata: Record<string, unknown>;
  time_zone: string;
  interval_unit: Interval["unit"];
  interval_count: number;
  anchor_at: EpochMs | null;
  period_index: number | null;
  current_period_start: EpochMs | null;
  current_period_end: EpochMs | null;
  cancel_at_period_end: boolean;
  canceled_at: EpochMs | null;
  ended_at: EpochMs | null;
  next_action_at: EpochMs | null;
  on_test_clock: boolean;
  created_at: EpochMs;
  activated_at: EpochMs | null;
  beginning: BeginningJson | null;
  began_at: EpochMs | null;
  trial_end_at: EpochMs | null;
  terms_ahead: number;
  pause: PauseJson | null;
  rests: RestJson[] | null;
  quantity: bigint;
  billable: bigint;
  licensed: LicenseStepJson[] | null;
  add_ons: ItemJson[] | null;
  terms_since: EpochMs | null;
  pending_change: PendingChangeJson | null;
  awaited_change: AwaitedChangeJson | null;
}

export async function insertSubscription(tx: Tx, subscription: Subscription): Promise<void> {
  const row = changedColumns(subscription);
  await tx.query(
    `insert into subscription
            (customer_id, id, plan_id, plan_version, status, title, reference_id, metadata, time_zone,
             interval_unit, interval_count, anchor_at, period_index, current_period_start,
             current_period_end, cancel_at_period_end, canceled_at, ended_at, next_action_at,
             on_test_clock, created_at, activated_at, beginning, began_at, trial_end_at, terms_ahead,
             pause, quantity, billable, add_ons, project_id)
     select made.*, $31::int
       from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::int[], $5::text[], $6::text[],
                   $7::text[], $8::jsonb[], $9::text[], $10::text[], $11::int[], $12::timestamptz[],
                   $13::int[], $14::timestamptz[], $15::timestamptz[], $16::boolean[],
                   $17::timestamptz[], $18::timestamptz[], $19::timestamptz[], $20::boolean[],
                   $21::timestamptz[], $22::timestamptz[], $23::jsonb[], $24::timestamptz[],
                   $25::timestamptz[], $26::int[], $27::jsonb[], $28::bigint[], $29::bigint[],
                   $30::jsonb[]) as made`,
    [
      ...columns(
        [row],
        [
          "customerId",
          "id",
          "planId",
          "planVersion",
          "status",
          "title",
          "referenceId",
          "metadata",
          "timeZone",
          "unit",
          "count",
          "anchorMs",
          "periodIndex",
          "periodStartMs",
          "periodEndMs",
          "cancelsAtPeriodEnd",
          "canceledAtMs",
          "endedAtMs",
          "nextActionMs",
          "isOnTestClock",
          "createdAtMs",
          "activatedAtMs",
          "beginning",
          "beganMs",
          "trialEndMs",
          "termsAhead",
          "pause",
          "quantity",
          "billable",
          "addOns",
        ],
      ),
      tx.projectId,
    ],
  );
}

/** Writes what a transition may have changed. One statement, however many subscriptions. */
export async function updateSubscriptions(
  tx: Tx,
  subscriptions: readonly Subscription[],
): Promise<void> {
  if (subscriptions.length === 0) return;
  await tx.query(
    `update subscription as kept
        set status = changed.status, anchor_at = changed.anchor_at,
            period_index = changed.period_index,
            current_period_start = changed.period_start, current_period_end = changed.period_end,
            cancel_at_period_end = changed.cancels, canceled_at = changed.canceled_at,
            ended_at = changed.ended_at, next_action_at = changed.next_action_at,
            activated_at = changed.activated_at, began_at = changed.began_at,
            trial_end_at = changed.trial_end_at, terms_ahead = changed.terms_ahead,
            pause = changed.pause, rests = changed.rests, plan_id = changed.plan_id, plan_version = changed.plan_version,
            interval_unit = changed.interval_unit, interval_count = changed.interval_count,
            quantity = changed.quantity, billable = changed.billable, licensed = changed.licensed,
            add_ons = changed.add_ons, terms_since = changed.terms_since,
            pending_change = changed.pending_change, awaited_change = changed.awaited_change
       from unnest($1::bigint[], $2::bigint[], $3::text[], $4::timestamptz[], $5::int[],
                   $6::timestamptz[], $7::timestamptz[], $8::boolean[], $9::timestamptz[],
                   $10::timestamptz[], $11::timestamptz[], $12::timestamptz[], $13::timestamptz[],
                   $14::timestamptz[], $15::int[], $16::jsonb[], $17::bigint[], $18::int[],
                   $19::text[], $20::int[], $21::bigint[], $22::bigint[], $23::jsonb[],
                   $24::jsonb[], $25::timestamptz[], $26::jsonb[], $27::jsonb[],
                   $28::jsonb[])
            as changed (customer_id, id, status, anchor_at, period_index, period_start, period_end,
                        cancels, canceled_at, ended_at, next_action_at, activated_at, began_at,
                        trial_end_at, terms_ahead, pause, plan_id, plan_version, interval_unit,
                        interval_count, quantity, billable, licensed, add_ons, terms_since,
                        pending_change, rests, awaited_change)
      where kept.customer_id = changed.customer_id and kept.id = changed.id
        and kept.customer_id = any($1)`,
    columns(subscriptions.map(changedColumns), [
      "customerId",
      "id",
      "status",
      "anchorMs",
      "periodIndex",
      "periodStartMs",
      "periodEndMs",
      "cancelsAtPeriodEnd",
      "canceledAtMs",
      "endedAtMs",
      "nextActionMs",
      "activatedAtMs",
      "beganMs",
      "trialEndMs",
      "termsAhead",
      "pause",
      "planId",
      "planVersion",
      "unit",
      "count",
      "quantity",
      "billable",
      "licensed",
      "addOns",
      "termsSinceMs",
      "pendingChange",
      "rests",
      "awaitedChange",
    ]),
  );
}

export async function findSubscription(tx: Tx, key: OwnedId): Promise<Subscription | null> {
  return one(tx, "customer_id = $1 and id = $2", [key.customerId, key.id]);
}

export async function findSubscriptions(tx: Tx, keys: readonly OwnedId[]): Promise<Subscription[]> {
  return several(tx, keys);
}

/** Those of them that nobody else holds, kept from others until the transaction ends. */
export async function lockFreeSubscriptions(
  tx: Tx,
  keys: readonly OwnedId[],
): Promise<Subscription[]> {
  return several(tx, keys, "for update skip locked");
}

/** Finds a subscription and keeps others from changing it until the transaction ends. */
export async function lockSubscription(tx: Tx, key: OwnedId): Promise<Subscription | null> {
  return one(tx, "customer_id = $1 and id = $2 for update", [key.customerId, key.id]);
}

export async function listSubscriptions(
  tx: Tx,
  filter: { readonly customerId?: bigint },
  page: { readonly before: OwnedId | null; readonly limit: number },
): Promise<Subscription[]> {
  const rows = await tx.query<SubscriptionRow>(
    `select * from subscription
      where project_id = $1 and ($2::bigint is null or customer_id = $2)
        and ($3::bigint is null or (id, customer_id) < ($3, $4))
      order by id desc, customer_id desc limit $5`,
    [
      tx.projectId,
      filter.customerId ?? null,
      page.before?.id ?? null,
      page.before?.customerId ?? null,
      page.limit,
    ],
  );
  return rows.map(toSubscription);
}

/** The customer's subscriptions that are past due, held until the transaction ends. */
export async function listPastDueIds(tx: Tx, customerId: bigint): Promise<bigint[]> {
  const rows = await tx.query<{ id: bigint }>(
    `select id from subscription where customer_id = $1 and status = 'past_due'
      order by id for update`,
    [customerId],
  );
  return rows.map(({ id }) => id);
}

async function several(
  tx: Tx,
  keys: readonly OwnedId[],
  lock: "" | "for update skip locked" = "",
): Promise<Subscription[]> {
  const rows = await tx.query<SubscriptionRow>(
    `select * from subscription
      where customer_id = any($1)
        and (customer_id, id) in (select * from unnest($1::bigint[], $2::bigint[]))
      order by customer_id, id ${lock}`,
    columns(keys, ["customerId", "id"]),
  );
  return rows.map(toSubscription);
}

async function one(
  tx: Tx,
  condition: string,
  values: readonly unknown[],
): Promise<Subscription | null> {
  const [row] = await tx.query<SubscriptionRow>(
    `select * from subscription where ${condition}`,
    values,
  );
  return row === undefined ? null : toSubscription(row);
}

function changedColumns(subscription: Subscription) {
  const { period } = subscription;
  return {
    ...subscription,
    ...subscription.interval,
    licensed: stepsToJson(subscription.licensed),
    addOns: itemsToJson(subscription.addOns),
    pendingChange: pendingToJson(subscription.pendingChange),
    awaitedChange: awaitedToJson(subscription.awaitedChange),
    periodIndex: period?.index ?? null,
    periodStartMs: period?.startMs ?? null,
    periodEndMs: period?.endMs ?? null,
    beginning: beginningToJson(subscription.beginning),
    pause: pauseToJson(subscription.pause),
    rests: restsToJson(subscription.rests),
  };
}

/** Reads a row; for the stores of this concept. */
export function toSubscription(row: SubscriptionRow): Subscription {
  return {
    customerId: row.customer_id,
    id: row.id,
    planId: row.plan_id,
    planVersion: row.plan_version,
    quantity: row.quantity,
    billable: row.billable,
    licensed: stepsFromJson(row.licensed),
    addOns: itemsFromJson(row.add_ons),
    status: row.status,
    title: row.title,
    referenceId: row.reference_id,
    metadata: row.metadata,
    timeZone: row.time_zone,
    interval: { unit: row.interval_unit, count: row.interval_count },
    anchorMs: row.anchor_at,
    termsSinceMs: row.terms_since,
    pendingChange: pendingFromJson(row.pending_change),
    awaitedChange: awaitedFromJson(row.awaited_change),
    period: toPeriod(row),
    cancelsAtPeriodEnd: row.cancel_at_period_end,
    canceledAtMs: row.canceled_at,
    endedAtMs: row.ended_at,
    nextActionMs: row.next_action_at,
    isOnTestClock: row.on_test_clock,
    createdAtMs: row.created_at,
    activatedAtMs: row.activated_at,
    beginning: beginningFromJson(row.beginning),
    beganMs: row.began_at,
    trialEndMs: row.trial_end_at,
    termsAhead: row.terms_ahead,
    pause: pauseFromJson(row.pause),
    rests: restsFromJson(row.rests),
  };
}

function toPeriod(row: SubscriptionRow): Subscription["period"] {
  const { period_index, current_period_start, current_period_end } = row;
  if (period_index === null || current_period_start === null || current_period_end === null) {
    return null;
  }
  return { index: period_index, startMs: current_period_start, endMs: current_period_end };
}
