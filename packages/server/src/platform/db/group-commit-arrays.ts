/**
 * Array parameters in PostgreSQL's own notation, ready for `unnest`. The driver can write them too,
 * value by value; for thousands of rows a second that is a good part of the work.
 */

/** For values that never need quotes: numbers, decimals, ids. */
export function plainArray(values: readonly (string | number | bigint)[]): string {
  return `{${values.join(",")}}`;
}

/** For text. */
export function textArray(values: readonly (string | null)[]): string {
  return `{${values.map(textElement).join(",")}}`;
}

// Whatever the array parser would read as its own syntax, as white space to trim, or as null.
const NEEDS_QUOTES = /^$|[\s"\\{},]|^null$/i;

function textElement(value: string | null): string {
  if (value === null) return "NULL";
  return NEEDS_QUOTES.test(value) ? `"${value.replace(/["\\]/g, "\\$&")}"` : value;
}
