import type { EpochMs } from "#kernel/clock.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { Interval } from "#kernel/interval.ts";
import type { Subscription, SubscriptionStatus } from "#modules/subscriptions/domain/index.ts";
import { columns, instant, instantOrNull } from "#platform/db/columns.ts";
import type { DiscoveryTx, Tx } from "#platform/db/database.ts";
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

interface SubscriptionRow {
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
}

export async function insertSubscription(tx: Tx, subscription: Subscription): Promise<void> {
  const row = { ...changedColumns(subscription), ...subscription.interval };
  await tx.query(
    `insert into subscription
            (customer_id, id, plan_id, plan_version, status, title, reference_id, metadata, time_zone,
             interval_unit, interval_count, anchor_at, period_index, current_period_start,
             current_period_end, cancel_at_period_end, canceled_at, ended_at, next_action_at,
             on_test_clock, created_at, activated_at, beginning, began_at, trial_end_at, terms_ahead,
             pause, project_id)
     select made.*, $28::int
       from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::int[], $5::text[], $6::text[],
                   $7::text[], $8::jsonb[], $9::text[], $10::text[], $11::int[], $12::timestamptz[],
                   $13::int[], $14::timestamptz[], $15::timestamptz[], $16::boolean[],
                   $17::timestamptz[], $18::timestamptz[], $19::timestamptz[], $20::boolean[],
                   $21::timestamptz[], $22::timestamptz[], $23::jsonb[], $24::timestamptz[],
                   $25::timestamptz[], $26::int[], $27::jsonb[]) as made`,
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
            pause = changed.pause, rests = changed.rests
       from unnest($1::bigint[], $2::bigint[], $3::text[], $4::timestamptz[], $5::int[],
                   $6::timestamptz[], $7::timestamptz[], $8::boolean[], $9::timestamptz[],
                   $10::timestamptz[], $11::timestamptz[], $12::timestamptz[], $13::timestamptz[],
                   $14::timestamptz[], $15::int[], $16::jsonb[], $17::jsonb[])
            as changed (customer_id, id, status, anchor_at, period_index, period_start, period_end,
                        cancels, canceled_at, ended_at, next_action_at, activated_at, began_at,
                        trial_end_at, terms_ahead, pause, rests)
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
      "rests",
    ]),
  );
}

export async function findSubscription(tx: Tx, key: OwnedId): Promise<Subscription | null> {
  return one(tx, "customer_id = $1 and id = $2", [key.customerId, key.id]);
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

/**
 * Takes subscriptions for which it is time, earliest first, and holds them until the transaction
 * ends; what another worker holds is passed over. Those on a test clock wait for their clock.
 */
export async function claimDueSubscriptions(
  tx: Tx,
  nowMs: EpochMs,
  limit: number,
): Promise<Subscription[]> {
  const rows = await tx.query<SubscriptionRow>(
    `select * from subscription
      where next_action_at <= $1 and not on_test_clock and project_id = $2
      order by next_action_at limit $3 for update skip locked`,
    [instant(nowMs), tx.projectId, limit],
  );
  return rows.map(toSubscription);
}

/** The same for the subscriptions of one customer, whatever clock it lives by. */
export async function claimDueSubscriptionsOf(
  tx: Tx,
  customerId: bigint,
  nowMs: EpochMs,
): Promise<Subscription[]> {
  const rows = await tx.query<SubscriptionRow>(
    `select * from subscription where customer_id = $1 and next_action_at <= $2
      order by id for update`,
    [customerId, instant(nowMs)],
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

/** When time next has something to do for a customer; null when nothing is planned. */
export async function nextActionOf(tx: Tx, customerId: bigint): Promise<EpochMs | null> {
  const [row] = await tx.query<{ next: EpochMs | null }>(
    "select min(next_action_at) as next from subscription where customer_id = $1",
    [customerId],
  );
  return row?.next ?? null;
}

/** The projects in which something is due, by the wall clock. */
export async function findProjectsWithDue(
  tx: DiscoveryTx,
  nowMs: EpochMs,
  limit: number,
): Promise<number[]> {
  const rows = await tx.query<{ project_id: number }>(
    `select distinct project_id
       from (select project_id from subscription
              where next_action_at <= $1 and not on_test_clock
              order by next_action_at limit $2) as due`,
    [instant(nowMs), limit],
  );
  return rows.map((row) => row.project_id);
}

export interface PeriodClose {
  readonly customerId: bigint;
  readonly subscriptionId: bigint;
  readonly periodStartMs: EpochMs;
  readonly kind: "opening" | "renewal" | "final";
  readonly invoiceId: bigint | null;
  readonly closedAtMs: EpochMs;
}

/** The periods of a subscription that have ended, newest first. */
export async function listPeriodCloses(
  tx: Tx,
  { customerId, id: subscriptionId }: OwnedId,
  page: { readonly beforeMs: EpochMs | null; readonly limit: number },
): Promise<Pick<PeriodClose, "customerId" | "periodStartMs" | "invoiceId">[]> {
  const rows = await tx.query<{ period_start: EpochMs; invoice_id: bigint | null }>(
    `select period_start, invoice_id from period_close
      where customer_id = $1 and subscription_id = $2 and kind = 'renewal'
        and ($3::timestamptz is null or period_start < $3)
      order by period_start desc limit $4`,
    [customerId, subscriptionId, instantOrNull(page.beforeMs), page.limit],
  );
  return rows.map((row) => ({
    customerId,
    periodStartMs: row.period_start,
    invoiceId: row.invoice_id,
  }));
}

/** Records closes; answers those that were not recorded before. What is not among them is not ours. */
export async function insertPeriodCloses(
  tx: Tx,
  closes: readonly PeriodClose[],
): Promise<OwnedId[]> {
  const rows = await tx.query<{ customer_id: bigint; subscription_id: bigint }>(
    `insert into period_close
            (customer_id, subscription_id, period_start, kind, invoice_id, closed_at, project_id)
     select made.*, $7::int
       from unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::text[], $5::bigint[],
                   $6::timestamptz[]) as made
     on conflict do nothing
     returning customer_id, subscription_id`,
    [
      ...columns(closes, [
        "customerId",
        "subscriptionId",
        "periodStartMs",
        "kind",
        "invoiceId",
        "closedAtMs",
      ]),
      tx.projectId,
    ],
  );
  return rows.map((row) => ({ customerId: row.customer_id, id: row.subscription_id }));
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
    periodIndex: period?.index ?? null,
    periodStartMs: period?.startMs ?? null,
    periodEndMs: period?.endMs ?? null,
    beginning: beginningToJson(subscription.beginning),
    pause: pauseToJson(subscription.pause),
    rests: restsToJson(subscription.rests),
  };
}

function toSubscription(row: SubscriptionRow): Subscription {
  return {
    customerId: row.customer_id,
    id: row.id,
    planId: row.plan_id,
    planVersion: row.plan_version,
    status: row.status,
    title: row.title,
    referenceId: row.reference_id,
    metadata: row.metadata,
    timeZone: row.time_zone,
    interval: { unit: row.interval_unit, count: row.interval_count },
    anchorMs: row.anchor_at,
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
