import { type EpochMs, isoInstant } from "#kernel/clock.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { Outcome, WebhookAttempt, WebhookDelivery } from "#modules/webhooks/domain/index.ts";
import { columns } from "#platform/db/columns.ts";
import type { DiscoveryTx, Tx } from "#platform/db/database.ts";

interface DeliveryRow {
  customer_id: bigint;
  id: bigint;
  endpoint_id: bigint;
  event_id: bigint;
  event_number: bigint;
  event_type: string;
  body: string;
  status: WebhookDelivery["status"];
  attempt_count: number;
  next_attempt_at: EpochMs | null;
  created_at: EpochMs;
  delivered_at: EpochMs | null;
}

interface AttemptRow {
  customer_id: bigint;
  delivery_id: bigint;
  attempt_number: number;
  started_at: EpochMs;
  duration_ms: number;
  status: number | null;
  error: string | null;
}

const DELIVERY = [
  "customer_id",
  "id",
  "endpoint_id",
  "event_id",
  "event_number",
  "event_type",
  "body",
  "status",
  "attempt_count",
  "next_attempt_at",
  "created_at",
  "delivered_at",
]
  .map((column) => `delivery.${column}`)
  .join(", ");

/**
 * Said beside the join with `unnest`, which says the same: the planner, who underestimates what
 * row-level security lets through, may read a project's deliveries and compare each with every row of
 * the batch. It then compares those of the batch only.
 */
const AMONG_THESE = `delivery.customer_id = any($1::bigint[]) and delivery.id = any($2::bigint[])`;

export async function insertDeliveries(
  tx: Tx,
  deliveries: readonly WebhookDelivery[],
): Promise<void> {
  await tx.query(
    `insert into webhook_delivery
            (customer_id, id, endpoint_id, event_id, event_number, event_type, body, status,
             attempt_count, next_attempt_at, created_at, delivered_at, project_id)
     select added.*, $13::int
       from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[],
                   $7::text[], $8::text[], $9::int[], $10::timestamptz[], $11::timestamptz[],
                   $12::timestamptz[]) as added`,
    [
      ...columns(deliveries, [
        "customerId",
        "id",
        "endpointId",
        "eventId",
        "eventNumber",
        "eventType",
        "body",
        "status",
        "attemptCount",
        "nextAttemptMs",
        "createdAtMs",
        "deliveredAtMs",
      ]),
      tx.projectId,
    ],
  );
}

/** A delivery whose time has come, as it was when looked for. */
export interface DueDelivery extends OwnedId {
  readonly projectId: number;
  readonly endpointId: bigint;
}

/** Which due deliveries are looked for. */
export interface DueSearch {
  readonly nowMs: EpochMs;
  /** Endpoints that could be sent nothing now. */
  readonly exceptEndpoints: readonly bigint[];
  /** How many of an endpoint, and how many at most altogether. */
  readonly perEndpoint: number;
  readonly countMax: number;
}

/**
 * The due deliveries of all projects, the first of each endpoint before the second of any. The index
 * is stepped through by endpoint, so that thousands that wait for one are not read to find another's;
 * naming the whole of its order keeps the planner from an index that holds what was delivered too.
 */
export async function findDueDeliveries(
  tx: DiscoveryTx,
  { nowMs, exceptEndpoints, perEndpoint, countMax }: DueSearch,
): Promise<DueDelivery[]> {
  const rows = await tx.query<
    Pick<DeliveryRow, "customer_id" | "id" | "endpoint_id"> & { project_id: number }
  >(
    `with recursive waiting as (
       (select project_id, endpoint_id, next_attempt_at from webhook_delivery
         where next_attempt_at is not null
         order by project_id, endpoint_id, next_attempt_at, event_number limit 1)
       union all
       select following.project_id, following.endpoint_id, following.next_attempt_at
         from waiting cross join lateral (
              select project_id, endpoint_id, next_attempt_at from webhook_delivery
               where next_attempt_at is not null
                 and (project_id, endpoint_id) > (waiting.project_id, waiting.endpoint_id)
               order by project_id, endpoint_id, next_attempt_at, event_number limit 1) as following
     )
     select due.project_id, due.endpoint_id, due.customer_id, due.id
       from waiting cross join lateral (
            select project_id, endpoint_id, customer_id, id, next_attempt_at, event_number,
                   row_number() over (order by next_attempt_at, event_number) as turn
              from webhook_delivery
             where project_id = waiting.project_id and endpoint_id = waiting.endpoint_id
               and next_attempt_at <= $1
             order by next_attempt_at, event_number limit $3) as due
      where waiting.next_attempt_at <= $1 and waiting.endpoint_id <> all ($2::bigint[])
      order by due.turn, due.next_attempt_at, due.event_number
      limit $4`,
    [isoInstant(nowMs), exceptEndpoints, perEndpoint, countMax],
  );
  return rows.map((row) => ({
    projectId: row.project_id,
    endpointId: row.endpoint_id,
    customerId: row.customer_id,
    id: row.id,
  }));
}

/**
 * Takes those of the deliveries that are still due and that nobody else is taking, and puts them off
 * until `leaseEndMs`: when we have not said by then how it went, they are due again. They are locked
 * in a step of their own, once: joined with the update, the planner may lock them again for each row.
 */
export async function leaseDeliveries(
  tx: Tx,
  wanted: readonly OwnedId[],
  nowMs: EpochMs,
  leaseEndMs: EpochMs,
): Promise<WebhookDelivery[]> {
  const rows = await tx.query<DeliveryRow>(
    `with taken as materialized (
       select delivery.customer_id, delivery.id
         from webhook_delivery as delivery
         join unnest($1::bigint[], $2::bigint[]) as wanted (customer_id, id)
           on delivery.customer_id = wanted.customer_id and delivery.id = wanted.id
        where ${AMONG_THESE} and delivery.next_attempt_at <= $3
          for update of delivery skip locked
     )
     update webhook_delivery as delivery
        set next_attempt_at = $4
       from taken
      where delivery.customer_id = taken.customer_id and delivery.id = taken.id and ${AMONG_THESE}
     returning ${DELIVERY}`,
    [...columns(wanted, ["customerId", "id"]), isoInstant(nowMs), isoInstant(leaseEndMs)],
  );
  return rows.map(deliveryOf);
}

/** What a try made of a delivery. */
export type Settlement = OwnedId & { readonly attemptCount: number } & Pick<
    Outcome,
    "status" | "nextAttemptMs" | "deliveredAtMs"
  >;

/**
 * Writes how deliveries stand after their tries. A try that was made twice, because the first one's
 * lease ran out, counts as whoever wrote first has it.
 */
export async function settleDeliveries(tx: Tx, settled: readonly Settlement[]): Promise<void> {
  await tx.query(
    `update webhook_delivery as delivery
        set attempt_count = settled.attempt_count, status = settled.status,
            next_attempt_at = settled.next_attempt_at, delivered_at = settled.delivered_at
       from unnest($1::bigint[], $2::bigint[], $3::int[], $4::text[], $5::timestamptz[],
                   $6::timestamptz[])
            as settled (customer_id, id, attempt_count, status, next_attempt_at, delivered_at)
      where delivery.customer_id = settled.customer_id and delivery.id = settled.id
        and ${AMONG_THESE}
        and delivery.attempt_count < settled.attempt_count`,
    columns(settled, [
      "customerId",
      "id",
      "attemptCount",
      "status",
      "nextAttemptMs",
      "deliveredAtMs",
    ]),
  );
}

/** Gives deliveries up that have nowhere to go. */
export async function abandonDeliveries(tx: Tx, abandoned: readonly OwnedId[]): Promise<void> {
  await tx.query(
    `update webhook_delivery as delivery set status = 'failed', next_attempt_at = null
       from unnest($1::bigint[], $2::bigint[]) as abandoned (customer_id, id)
      where delivery.customer_id = abandoned.customer_id and delivery.id = abandoned.id
        and ${AMONG_THESE}`,
    columns(abandoned, ["customerId", "id"]),
  );
}

export async function findDelivery(
  tx: Tx,
  { customerId, id }: OwnedId,
): Promise<WebhookDelivery | null> {
  const rows = await tx.query<DeliveryRow>(
    `select ${DELIVERY} from webhook_delivery as delivery where customer_id = $1 and id = $2`,
    [customerId, id],
  );
  return rows[0] === undefined ? null : deliveryOf(rows[0]);
}

/** Makes a delivery due at once, whatever became of it before. */
export async function rescheduleDelivery(
  tx: Tx,
  { customerId, id }: OwnedId,
  nowMs: EpochMs,
): Promise<void> {
  await tx.query(
    `update webhook_delivery set status = 'pending', next_attempt_at = $3, delivered_at = null
      where customer_id = $1 and id = $2`,
    [customerId, id, isoInstant(nowMs)],
  );
}

/** Makes an endpoint's failed deliveries due that were made since an instant; answers how many. */
export async function rescheduleFailed(
  tx: Tx,
  failed: { readonly endpointId: bigint; readonly sinceMs: EpochMs; readonly nowMs: EpochMs },
): Promise<number> {
  const { endpointId, sinceMs, nowMs } = failed;
  const [row] = await tx.query<{ count: bigint }>(
    `with again as (
       update webhook_delivery set status = 'pending', next_attempt_at = $4
        where project_id = $1 and endpoint_id = $2 and status = 'failed' and created_at >= $3
       returning 1)
     select count(*) from again`,
    [tx.projectId, endpointId, isoInstant(sinceMs), isoInstant(nowMs)],
  );
  return Number(row?.count ?? 0n);
}

/** An endpoint's deliveries, newest event first, from before the event of `beforeNumber` on. */
export async function listDeliveries(
  tx: Tx,
  endpointId: bigint,
  beforeNumber: bigint | null,
  countMax: number,
): Promise<WebhookDelivery[]> {
  const rows = await tx.query<DeliveryRow>(
    `select ${DELIVERY} from webhook_delivery as delivery
      where project_id = $1 and endpoint_id = $2 and ($3::bigint is null or event_number < $3)
      order by event_number desc limit $4`,
    [tx.projectId, endpointId, beforeNumber, countMax],
  );
  return rows.map(deliveryOf);
}

/** Logs tries. Where one has been made twice, the first that was written stays. */
export async function insertAttempts(tx: Tx, attempts: readonly WebhookAttempt[]): Promise<void> {
  await tx.query(
    `insert into webhook_attempt
            (customer_id, delivery_id, attempt_number, started_at, status, error, duration_ms,
             project_id)
     select added.*, $8::int
       from unnest($1::bigint[], $2::bigint[], $3::int[], $4::timestamptz[], $5::int[], $6::text[],
                   $7::int[]) as added
     on conflict (customer_id, delivery_id, attempt_number) do nothing`,
    [
      ...columns(attempts, [
        "customerId",
        "deliveryId",
        "attemptNumber",
        "startedAtMs",
        "status",
        "error",
      ]),
      // Not by `columns`, which takes what ends in Ms for an instant.
      attempts.map((attempt) => attempt.durationMs),
      tx.projectId,
    ],
  );
}

/** The tries of these deliveries, in their order. */
export async function listAttempts(
  tx: Tx,
  deliveries: readonly OwnedId[],
): Promise<WebhookAttempt[]> {
  const rows = await tx.query<AttemptRow>(
    `select attempt.customer_id, attempt.delivery_id, attempt.attempt_number, attempt.started_at,
            attempt.duration_ms, attempt.status, attempt.error
       from webhook_attempt as attempt
       join unnest($1::bigint[], $2::bigint[]) as wanted (customer_id, id)
         on attempt.customer_id = wanted.customer_id and attempt.delivery_id = wanted.id
      where attempt.customer_id = any($1::bigint[])
      order by attempt.attempt_number`,
    columns(deliveries, ["customerId", "id"]),
  );
  return rows.map(attemptOf);
}

function deliveryOf(row: DeliveryRow): WebhookDelivery {
  return {
    customerId: row.customer_id,
    id: row.id,
    endpointId: row.endpoint_id,
    eventId: row.event_id,
    eventNumber: row.event_number,
    eventType: row.event_type,
    body: row.body,
    status: row.status,
    attemptCount: row.attempt_count,
    nextAttemptMs: row.next_attempt_at,
    createdAtMs: row.created_at,
    deliveredAtMs: row.delivered_at,
  };
}

function attemptOf(row: AttemptRow): WebhookAttempt {
  return {
    customerId: row.customer_id,
    deliveryId: row.delivery_id,
    attemptNumber: row.attempt_number,
    startedAtMs: row.started_at,
    durationMs: row.duration_ms,
    status: row.status,
    error: row.error,
  };
}
