import { exactQuantity } from "./exact-quantity.ts";

type PropertyValue = string | number | boolean;

/** A usage event as `POST /v1/usage` takes it. The server judges what is in it. */
export interface UsageRow {
  readonly subscription?: string;
  readonly customer?: string;
  readonly metric: string;
  readonly quantity: string;
  readonly reference_id: string;
  readonly occurred_at?: string;
  readonly properties?: Readonly<Record<string, PropertyValue>>;
}

/** A row that has its fields, and may lack a reference. */
export type UnnamedRow = Omit<UsageRow, "reference_id"> & { readonly reference_id?: string };

/** Why a row is not sent, in the server's manner. */
export interface Fault {
  readonly code: string;
  readonly message: string;
}

/** A row of the file, as far as it could be read. */
export type ReadRow = {
  /** Where it begins, counted from 1. */
  readonly line: number;
  /** About how long it is. */
  readonly byteCount: number;
  /** What stands in the file, for the person who has to mend it. */
  readonly source: unknown;
} & ({ readonly event: UsageRow } | { readonly fault: Fault });

/** A row as the two kinds of file give it: names with values, and what it was read from. */
export interface RawRow {
  readonly line: number;
  readonly byteCount: number;
  readonly source: unknown;
  readonly values: Readonly<Record<string, unknown>>;
  /** The JSON a number was read from; null where every value is text. */
  readonly json: string | null;
}

/** Gives a row its reference where it has none. */
export type NameRow = (row: UnnamedRow) => string;

export function usageRow({ values, json, ...place }: RawRow, nameRow: NameRow): ReadRow {
  const lack = missing(values);
  if (lack !== null) return { ...place, fault: lack };
  const quantity = quantityOf(values["quantity"], json);
  if (quantity === null) return { ...place, fault: QUANTITY_FAULT };
  const unnamed = { ...values, quantity } as unknown as UnnamedRow;
  const reference = unnamed.reference_id ?? nameRow(unnamed);
  // What is wrong with any other value is for the server to say.
  return { ...place, event: { ...unnamed, reference_id: reference } };
}

function missing(values: Readonly<Record<string, unknown>>): Fault | null {
  const has = (name: string) => values[name] !== undefined;
  if (has("subscription") === has("customer")) {
    return fault("field_missing", "A row names either a subscription or a customer.");
  }
  const name = ["metric", "quantity"].find((wanted) => !has(wanted));
  return name === undefined ? null : fault("field_missing", `The row has no ${name}.`);
}

const QUANTITY_FAULT = fault(
  "quantity_inexact",
  "A quantity is a decimal in text, or a number of at most 15 digits.",
);

function quantityOf(value: unknown, json: string | null): string | null {
  if (typeof value === "number" && json !== null) return exactQuantity(value, json);
  return typeof value === "string" ? value : null;
}

export function fault(code: string, message: string): Fault {
  return { code, message };
}
