import { type EpochMs, isoInstant } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import { decodeHalf, encodeHalf, type OwnedId } from "#kernel/ids.ts";
import { AHEAD_MAX_MS, receiptMonth } from "#modules/metering/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";
import {
  EVENT_COLUMNS,
  type EventRow,
  isReceiptMonth,
  MONTH_CHARACTERS,
  type StoredUsageEvent,
  toEvent,
} from "./store-events.ts";

/** What events are looked for by; what is null does not matter. */
export interface EventSearch {
  readonly customerId: bigint;
  readonly subscriptionId: bigint | null;
  /** Whether the customer lives by a clock of its own: months of receipt then say nothing. */
  readonly isOnTestClock: boolean;
  readonly referenceId: string | null;
  readonly metric: string | null;
  /** Where the billing period of the events begins. */
  readonly periodStartMs: EpochMs | null;
  readonly occurredFromMs: EpochMs | null;
  readonly occurredBeforeMs: EpochMs | null;
  /** A property that events have; with a value, as text, or with any. */
  readonly property: { readonly name: string; readonly value: string | null } | null;
}

export interface FoundEvent extends StoredUsageEvent {
  readonly subscription: OwnedId;
  readonly periodStartMs: EpochMs;
}

export interface FoundPage {
  readonly events: readonly FoundEvent[];
  /** Goes on behind what was looked at, found or not; null when all was looked at. */
  readonly nextCursor: string | null;
}

/** Events that one page looks at: what keeps a page quick when hardly any of a million is wanted. */
const LOOKED_AT_MAX = 10_000;

/**
 * A page of a customer's events, by subscription and reference: the order of the one index that they
 * have. It looks at no more than `lookedAtMax` of them, so it may hold fewer than were asked for, or
 * none, and yet have a next page. A reference is looked up directly. Throws `cursor_invalid`.
 */
export async function searchEvents(
  tx: Tx,
  search: EventSearch,
  page: { readonly cursor: string | null; readonly limit: number },
  lookedAtMax = LOOKED_AT_MAX,
): Promise<FoundPage> {
  const values: unknown[] = [];
  const place = (value: unknown, type: string) => `$${values.push(value)}::${type}`;
  const range = rangeOf(search, page.cursor, place);
  const wanted = wantedOf(search, place);
  const rows = await tx.query<FoundRow>(
    `with looked_at as (${inOrder(range, lookedAtMax)})
     select ${EVENT_COLUMNS}, subscription_id, period_start
       from looked_at where ${wanted}
      order by subscription_id, reference_id, received_month limit ${page.limit + 1}`,
    values,
  );
  const shown = rows.slice(0, page.limit);
  const last =
    rows.length > page.limit ? shown.at(-1) : await lastLookedAt(tx, search, page, lookedAtMax);
  return {
    events: shown.map((row) => toFound(row, search.customerId)),
    nextCursor: last === undefined ? null : cursorOf(last),
  };
}

type Place = (value: unknown, type: string) => string;

type Position = Pick<FoundRow, "subscription_id" | "reference_id" | "received_month">;

/** The last event that a page looked at, if there may be more behind it. */
async function lastLookedAt(
  tx: Tx,
  search: EventSearch,
  { cursor }: { readonly cursor: string | null },
  lookedAtMax: number,
): Promise<Position | undefined> {
  const values: unknown[] = [];
  const range = rangeOf(search, cursor, (value, type) => `$${values.push(value)}::${type}`);
  const [last] = await tx.query<Position>(
    `select subscription_id, reference_id, received_month::text from usage_event where ${range}
      order by subscription_id, reference_id, received_month
     offset ${lookedAtMax - 1} limit 1`,
    values,
  );
  return last;
}

function inOrder(range: string, lookedAtMax: number): string {
  return `select * from usage_event where ${range}
           order by subscription_id, reference_id, received_month limit ${lookedAtMax}`;
}

/** What the index can tell: whose events, which reference, the months they can be in, where to go on. */
function rangeOf(search: EventSearch, cursor: string | null, place: Place): string {
  const { customerId, subscriptionId, referenceId } = search;
  const owner = `customer_id = ${place(customerId, "bigint")}`;
  const conditions = [owner];
  if (subscriptionId !== null) {
    conditions.push(`subscription_id = ${place(subscriptionId, "bigint")}`);
  }
  if (referenceId !== null) {
    // The subscriptions are few and named one by one, so that each is a look into the index.
    conditions.push(`reference_id = ${place(referenceId, "text")}`);
    if (subscriptionId === null) {
      conditions.push(`subscription_id in (select id from subscription where ${owner})`);
    }
  }
  const month = firstMonth(search);
  if (month !== null) conditions.push(`received_month >= ${place(month, "date")}`);
  if (cursor !== null) {
    const after = readCursor(cursor);
    conditions.push(`(subscription_id, reference_id, received_month)
      > (${place(after.subscriptionId, "bigint")}, ${place(after.referenceId, "text")},
         ${place(after.receivedMonth, "date")})`);
  }
  return conditions.join(" and ");
}

/** What has to be looked at to know. */
function wantedOf(search: EventSearch, place: Place): string {
  const { metric, periodStartMs, occurredFromMs, occurredBeforeMs, property } = search;
  const conditions = ["true"];
  const at = (instantMs: EpochMs) => place(isoInstant(instantMs), "timestamptz");
  if (metric !== null) conditions.push(`metric = ${place(metric, "text")}`);
  if (periodStartMs !== null) conditions.push(`period_start = ${at(periodStartMs)}`);
  if (occurredFromMs !== null) conditions.push(`occurred_at >= ${at(occurredFromMs)}`);
  if (occurredBeforeMs !== null) conditions.push(`occurred_at < ${at(occurredBeforeMs)}`);
  if (property !== null) {
    const text = `properties ->> ${place(property.name, "text")}`;
    conditions.push(
      property.value === null
        ? `${text} is not null`
        : `${text} = ${place(property.value, "text")}`,
    );
  }
  return conditions.join(" and ");
}

/** Nothing that occurred since was received in an earlier month than this; null when that is unknown. */
function firstMonth(search: EventSearch): string | null {
  const { occurredFromMs, periodStartMs, isOnTestClock } = search;
  const sinceMs = Math.max(occurredFromMs ?? 0, periodStartMs ?? 0);
  if (isOnTestClock || sinceMs === 0) return null;
  return receiptMonth(sinceMs - AHEAD_MAX_MS, 0).from;
}

interface FoundRow extends EventRow {
  subscription_id: bigint;
  period_start: EpochMs;
}

function toFound(row: FoundRow, customerId: bigint): FoundEvent {
  return {
    ...toEvent(row),
    subscription: { customerId, id: row.subscription_id },
    periodStartMs: row.period_start,
  };
}

const HALF_CHARACTERS = encodeHalf(0n).length;

function cursorOf({ subscription_id, reference_id, received_month }: Position): string {
  const text = received_month + encodeHalf(subscription_id) + reference_id;
  return Buffer.from(text).toString("base64url");
}

function readCursor(cursor: string) {
  const text = Buffer.from(cursor, "base64url").toString();
  const receivedMonth = text.slice(0, MONTH_CHARACTERS);
  const referenceAt = MONTH_CHARACTERS + HALF_CHARACTERS;
  const half = text.slice(MONTH_CHARACTERS, referenceAt);
  const subscriptionId = half.length === HALF_CHARACTERS ? decodeHalf(half) : null;
  if (!isReceiptMonth(receivedMonth) || subscriptionId === null || text.includes("\0")) {
    throw new BillingError("cursor_invalid");
  }
  return { receivedMonth, subscriptionId, referenceId: text.slice(referenceAt) };
}
