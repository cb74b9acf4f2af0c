import { type TObject, type TObjectOptions, type TProperties, type TSchema, Type } from "typebox";
import type { EpochMs } from "#kernel/clock.ts";
import { BillingError, type ErrorCode } from "#kernel/error.ts";
import { type IdType, idPrefixes, type OwnedId, parseId, parseOwnedId } from "#kernel/ids.ts";

/** An object that refuses the fields it does not name. */
export function Closed<Properties extends TProperties>(
  properties: Properties,
  options: TObjectOptions = {},
): TObject<Properties> {
  return Type.Object(properties, { ...options, additionalProperties: false });
}

export function Nullable<Schema extends TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}

/** One of a few words. */
export function Literals<const Words extends readonly string[]>(
  words: Words,
  options: object = {},
) {
  return Type.Unsafe<Words[number]>({ type: "string", enum: [...words], ...options });
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;
/** Where the instants of the wire end. */
export const INSTANT_END_MS = Date.UTC(2100, 0, 1);

/** An instant on the wire. Read it with `parseInstant`, write it with `isoInstant`. */
export const Instant = Type.String({
  format: "date-time",
  maxLength: 40,
  description:
    "ISO 8601 with an offset, from 1970 to 2099. Answers are in UTC, to the millisecond.",
  examples: ["2026-01-31T09:30:00.000Z"],
});

/** Reads an instant; digits beyond the millisecond are dropped. Throws `time_invalid`. */
export function parseInstant(text: string): EpochMs {
  const instantMs = INSTANT.test(text) && isCalendarDate(text) ? Date.parse(text) : Number.NaN;
  if (!(instantMs >= 0 && instantMs < INSTANT_END_MS)) {
    throw new BillingError("time_invalid", { time: text.slice(0, 40) });
  }
  return instantMs;
}

/** `Date` moves 30 February into March, so the day is checked against the month. */
function isCalendarDate(text: string): boolean {
  const date = text.slice(0, 10);
  const parsed = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(date);
}

/** An exact decimal of up to 29 digits before the point and 9 behind it, sent as a string. */
export function DecimalString(options: { description?: string; examples?: string[] } = {}) {
  return Type.String({
    pattern: "^-?\\d{1,29}(\\.\\d{1,9})?$",
    maxLength: 40,
    examples: ["2999.00"],
    ...options,
  });
}

const OF_PROJECT: ReadonlySet<IdType> = new Set([
  "customer",
  "plan",
  "planMigration",
  "price",
  "reconciliation",
]);

/** The id of an object. Text that is no id names nothing, so its form is not checked here. */
export function IdString(type: IdType, options: { description?: string } = {}) {
  const isOfCustomer = !OF_PROJECT.has(type);
  return Type.String({
    maxLength: 100,
    examples: [idPrefixes[type] + EXAMPLE_ID.repeat(isOfCustomer ? 2 : 1)],
    ...options,
  });
}

const EXAMPLE_ID = "01jz8p3xq5v7k";

/** The id of a customer or of a project's own object; what is no such id is not found. */
export function idFrom(type: IdType, text: string, notFound: ErrorCode): bigint {
  const id = parseId(type, text);
  if (id === null) throw new BillingError(notFound, { id: text });
  return id;
}

/** The id of what belongs to a customer; what is no such id is not found. */
export function ownedIdFrom(type: IdType, text: string, notFound: ErrorCode): OwnedId {
  const id = parseOwnedId(type, text);
  if (id === null) throw new BillingError(notFound, { id: text });
  return id;
}

/** What the caller keeps beside an object: up to 50 names with a short text, number or boolean each. */
export const Metadata = Type.Record(
  Type.String({ pattern: "^[^\\u0000-\\u001f]{1,100}$" }),
  Type.Union([Type.String({ maxLength: 2000 }), Type.Number(), Type.Boolean(), Type.Null()]),
  { maxProperties: 50, additionalProperties: false, examples: [{ crm_id: "A-1042" }] },
);
