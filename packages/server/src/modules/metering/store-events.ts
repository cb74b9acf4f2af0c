import type { EpochMs } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import type { OwnedId } from "#kernel/ids.ts";
import { type Nanos, storedNanos } from "#kernel/nanos.ts";
import type { PropertyValue } from "#modules/metering/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { type EventsKey, eventsOf } from "./store-aggregate.ts";

export interface StoredUsageEvent {
  readonly referenceId: string;
  readonly metric: string;
  readonly quantity: Nanos;
  readonly occurredAtMs: EpochMs;
  /** In the customer's own time. */
  readonly receivedAtMs: EpochMs;
  readonly closings: number;
  readonly properties: Readonly<Record<string, PropertyValue>> | null;
}

export interface EventPage {
  readonly events: readonly StoredUsageEvent[];
  /** Gives the next page; null on the last. */
  readonly nextCursor: string | null;
}

interface PageAsked {
  readonly cursor: string | null;
  readonly limit: number;
}

/** A page of the events behind one line of an invoice, in the order of `listEvents`. */
export async function listEventsOf(tx: Tx, key: EventsKey, page: PageAsked): Promise<EventPage> {
  const { condition, values } = eventsOf(key);
  return eventPage(tx, `${condition} and closings = $5`, values, page);
}

/**
 * A page of a subscription's events in the order of their references, which is the order of the
 * index. A cursor is as long as the reference it continues after. Throws `cursor_invalid`.
 */
export async function listEvents(tx: Tx, key: OwnedId, page: PageAsked): Promise<EventPage> {
  const { customerId, id } = key;
  return eventPage(tx, "customer_id = $1 and subscription_id = $2", [customerId, id], page);
}

async function eventPage(
  tx: Tx,
  condition: string,
  values: readonly unknown[],
  { cursor, limit }: PageAsked,
): Promise<EventPage> {
  const after = cursor === null ? null : readCursor(cursor);
  const next = values.length + 1;
  const rows = await tx.query<EventRow>(
    `select ${EVENT_COLUMNS}
       from usage_event
      where ${condition}
        and ($${next}::text is null
             or (reference_id, received_month) > ($${next}, $${next + 1}::date))
      order by reference_id, received_month limit $${next + 2}`,
    [...values, after?.referenceId ?? null, after?.receivedMonth ?? null, limit + 1],
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    events: shown.map(toEvent),
    nextCursor: rows.length > limit && last !== undefined ? cursorOf(last) : null,
  };
}

export const EVENT_COLUMNS = `reference_id, received_month::text, metric, quantity, occurred_at,
            received_at, closings, properties`;

export interface EventRow {
  reference_id: string;
  received_month: string;
  metric: string;
  quantity: string;
  occurred_at: EpochMs;
  received_at: EpochMs;
  closings: number;
  properties: StoredUsageEvent["properties"];
}

/** How long a month of receipt is at the beginning of a cursor. */
export const MONTH_CHARACTERS = "2026-11-01".length;

function cursorOf({ reference_id, received_month }: EventRow): string {
  return Buffer.from(received_month + reference_id).toString("base64url");
}

/** Whether a text from outside names a month of receipt: PostgreSQL knows no year 0, for one. */
export function isReceiptMonth(text: string): boolean {
  return /^20\d\d-(0[1-9]|1[0-2])-01$/.test(text);
}

function readCursor(cursor: string): { receivedMonth: string; referenceId: string } {
  const text = Buffer.from(cursor, "base64url").toString();
  const receivedMonth = text.slice(0, MONTH_CHARACTERS);
  if (!isReceiptMonth(receivedMonth) || text.includes("\0"))
    throw new BillingError("cursor_invalid");
  return { receivedMonth, referenceId: text.slice(MONTH_CHARACTERS) };
}

export function toEvent(row: EventRow): StoredUsageEvent {
  return {
    referenceId: row.reference_id,
    metric: row.metric,
    quantity: storedNanos(row.quantity),
    occurredAtMs: row.occurred_at,
    receivedAtMs: row.received_at,
    closings: row.closings,
    properties: row.properties,
  };
}
