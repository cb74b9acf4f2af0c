import { present } from "#kernel/assert.ts";
import {
  type EventContent,
  eventKey,
  type PlannedEvent,
  type Receipt,
} from "#modules/metering/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { plainArray, textArray } from "#platform/db/group-commit-arrays.ts";
import type { GroupConnection } from "#platform/db/group-commit-connection.ts";
import {
  feedsJson,
  type Gains,
  meteredGains,
  newEvents,
  plainGains,
  type Search,
} from "./store-recording-sql.ts";

export interface EventsToRecord {
  /** In the order of their keys, which all writers share: two never wait for each other in a circle. */
  readonly events: readonly PlannedEvent[];
  readonly receipt: Receipt;
  readonly search: Search;
}

/**
 * Stores the events whose reference is new and adds exactly those to their counters, in one message to
 * the server. Answers the events that were there already. Fails, and `isPeriodBilled` tells, when one
 * of the counters has been billed before: its events then have to say so, which takes a second
 * statement (`recordLate`) and is rare enough not to be paid for here.
 */
export async function recordTogether(
  connection: GroupConnection,
  projectId: number,
  { events, receipt, search }: EventsToRecord,
): Promise<readonly PlannedEvent[]> {
  const gains = gainsOf(events);
  const [row] = await connection.commit(projectId, {
    name: `record ${gains.name} ${search} ${receipt.month.from}`,
    text: `with ${newEvents(receipt, search, gains)}, ${gains.gained}
      select case when (select count(*) from fresh) < cardinality($1::bigint[])
                  then (select coalesce(json_agg(json_build_array(
                                 customer_id::text, subscription_id::text, reference_id)), '[]')
                          from fresh)
             end as recorded,
             -- A billed counter divides by zero, which undoes all of it.
             (select max(case when closings > 0 then 1 / (closings - closings) end) from gained)`,
    values: eventValues(projectId, events, gains),
  });
  const [recorded] = present(row, "a select without from has one row");
  if (recorded == null) return [];
  return without(
    events,
    (JSON.parse(recorded) as KeyParts[]).map(([customer, subscription, reference]) =>
      eventKey(customer, subscription, reference),
    ),
  );
}

type KeyParts = readonly [customerId: string, subscriptionId: string, referenceId: string];

/** Whether an error says that a counter of `recordTogether` had been billed. */
export function isPeriodBilled(error: unknown): boolean {
  return stateOf(error) === DIVISION_BY_ZERO;
}

/** Whether an error says that a value cannot be stored: which row it was is then to be found out. */
export function isUnstorable(error: unknown): boolean {
  return stateOf(error)?.startsWith(DATA_EXCEPTIONS) ?? false;
}

const DIVISION_BY_ZERO = "22012";
const DATA_EXCEPTIONS = "22";

function stateOf(error: unknown): string | undefined {
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? code : undefined;
}

/**
 * The same for events of which some may belong to a period that has been billed: they are marked with
 * the number of its closings, so that an invoice can be explained by the events that it billed.
 */
export async function recordLate(
  tx: Tx,
  { events, receipt, search }: EventsToRecord,
): Promise<readonly PlannedEvent[]> {
  if (receipt.isTurning) await waitForTurn(tx);
  const gains = gainsOf(events);
  const fresh = await tx.query<FreshRow>(
    `with ${newEvents(receipt, search, gains)}, ${gains.gained} ${gains.closings}`,
    eventValues(tx.projectId, events, gains),
  );
  await markLate(
    tx,
    fresh.filter(({ closings }) => closings > 0),
    receipt,
  );
  return without(events, fresh.map(keyOfRow));
}

function without(events: readonly PlannedEvent[], keys: readonly string[]): PlannedEvent[] {
  const recorded = new Set(keys);
  return events.filter(({ key }) => !recorded.has(key));
}

interface FreshRow extends KeyRow {
  closings: number;
}

interface KeyRow {
  customer_id: bigint;
  subscription_id: bigint;
  reference_id: string;
}

/**
 * What is kept under the references of these events, by event key. The join alone names the customers:
 * with `customer_id = any(…)` beside it the planner gives up the key's index and reads the whole table,
 * which at three million events took nine seconds instead of a tenth.
 */
export async function findRecorded(
  tx: Tx,
  events: readonly PlannedEvent[],
): Promise<Map<string, EventContent>> {
  const rows = await tx.query<KeyRow & ContentRow>(
    `select event.customer_id, event.subscription_id, event.reference_id, event.metric,
            event.quantity, event.occurred_at, event.received_at, event.properties
       from unnest($1::bigint[], $2::bigint[], $3::text[])
            as asked (customer_id, subscription_id, reference_id)
       join usage_event as event
         on event.customer_id = asked.customer_id
        and event.subscription_id = asked.subscription_id
        and event.reference_id = asked.reference_id
      order by event.received_month`,
    [
      plainArray(events.map(({ customerId }) => customerId)),
      plainArray(events.map(({ subscriptionId }) => subscriptionId)),
      textArray(events.map(({ referenceId }) => referenceId)),
    ],
  );
  // A reference that was forgotten and used again is there twice: the newer one holds.
  return new Map(rows.map((row) => [keyOfRow(row), toContent(row)]));
}

interface ContentRow {
  metric: string;
  quantity: string;
  occurred_at: number;
  received_at: number;
  properties: EventContent["properties"];
}

function eventValues(projectId: number, events: readonly PlannedEvent[], gains: Gains): string[] {
  const values = [
    plainArray(events.map(({ customerId }) => customerId)),
    plainArray(events.map(({ subscriptionId }) => subscriptionId)),
    textArray(events.map(({ referenceId }) => referenceId)),
    textArray(events.map(({ metric }) => metric)),
    plainArray(events.map(({ quantity }) => quantity)),
    plainArray(events.map(({ occurredAtMs }) => occurredAtMs)),
    plainArray(events.map(({ receivedAtMs }) => receivedAtMs)),
    plainArray(events.map(({ periodStartMs }) => periodStartMs)),
    `${projectId}`,
    textArray(
      events.map(({ properties }) => (properties === null ? null : JSON.stringify(properties))),
    ),
  ];
  return gains === plainGains ? values : [...values, feedsJson(events)];
}

function gainsOf(events: readonly PlannedEvent[]): Gains {
  return events.every(({ feeds }) => feeds === null) ? plainGains : meteredGains;
}

/**
 * Around the turn of a month two servers may file under different months, where neither sees what the
 * other is about to store. They take turns for that minute; each then sees all that was stored before.
 */
async function waitForTurn(tx: Tx): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended('farthing usage', $1))", [
    tx.projectId,
  ]);
}

async function markLate(tx: Tx, rows: readonly FreshRow[], { month }: Receipt): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `update usage_event as event set closings = late.closings
       from unnest($1::bigint[], $2::bigint[], $3::text[], $4::smallint[])
            as late (customer_id, subscription_id, reference_id, closings)
      where event.customer_id = late.customer_id
        and event.subscription_id = late.subscription_id
        and event.reference_id = late.reference_id
        and event.received_month = $5`,
    [
      plainArray(rows.map(({ customer_id }) => customer_id)),
      plainArray(rows.map(({ subscription_id }) => subscription_id)),
      textArray(rows.map(({ reference_id }) => reference_id)),
      plainArray(rows.map(({ closings }) => closings)),
      month.from,
    ],
  );
}

function keyOfRow({ customer_id, subscription_id, reference_id }: KeyRow): string {
  return eventKey(customer_id, subscription_id, reference_id);
}

function toContent(row: ContentRow): EventContent {
  return {
    metric: row.metric,
    quantity: row.quantity,
    occurredAtMs: row.occurred_at,
    receivedAtMs: row.received_at,
    properties: row.properties,
  };
}
