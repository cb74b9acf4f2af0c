import { type TProperties, type TSchema, Type } from "typebox";
import type { EpochMs } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import { decodeHalf, encodeHalf } from "#kernel/ids.ts";
import { Closed, INSTANT_END_MS, Nullable } from "./wire.ts";

const LIMIT_DEFAULT = 20;
const LIMIT_MAX = 100;
const PART_CHARACTERS = encodeHalf(0n).length;

/** A page of a list. */
export function Page<Item extends TSchema>(item: Item) {
  return Type.Object({
    data: Type.Array(item),
    next_cursor: Nullable(Type.String({ description: "Give it as `cursor` to get the next page" })),
    has_more: Type.Boolean(),
  });
}

/** The query of a list: how many, from where, and what else the list can be narrowed by. */
export function PageQuery<Filters extends TProperties>(filters: Filters) {
  return Closed({
    ...filters,
    limit: Type.Integer({ minimum: 1, maximum: LIMIT_MAX, default: LIMIT_DEFAULT }),
    cursor: Type.Optional(Type.String({ maxLength: 100 })),
  });
}

export interface PageOf<Item> {
  readonly data: Item[];
  readonly next_cursor: string | null;
  readonly has_more: boolean;
}

/**
 * The page of up to `limit` rows, told from `limit + 1` of them: one row more than is shown proves
 * that there is a next page. `cursor` gives what the list is ordered by.
 */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  { toWire, cursor }: { toWire: (row: Row) => Item; cursor: (row: Row) => readonly bigint[] },
): PageOf<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return {
    data: shown.map(toWire),
    next_cursor: hasMore ? cursor(last).map(encodeHalf).join("") : null,
    has_more: hasMore,
  };
}

/** The numbers behind a cursor, or null for the first page. Throws `cursor_invalid`. */
export function readCursor(text: string | undefined, partCount: number): bigint[] | null {
  if (text === undefined) return null;
  if (text.length !== partCount * PART_CHARACTERS) throw new BillingError("cursor_invalid");
  return Array.from({ length: partCount }, (_, index) => {
    const part = decodeHalf(text.slice(index * PART_CHARACTERS, (index + 1) * PART_CHARACTERS));
    if (part === null) throw new BillingError("cursor_invalid");
    return part;
  });
}

/** The instant behind the cursor of a list that is ordered by one. Throws `cursor_invalid`. */
export function readInstantCursor(text: string | undefined): EpochMs | null {
  const [instantMs] = readCursor(text, 1) ?? [];
  if (instantMs === undefined) return null;
  if (instantMs >= INSTANT_END_MS) throw new BillingError("cursor_invalid");
  return Number(instantMs);
}
