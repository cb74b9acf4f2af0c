import { present } from "#kernel/assert.ts";
import { type Nanos, parseNanos } from "#kernel/nanos.ts";

/** Reads a decimal that its schema has let through. */
export function nanos(text: string): Nanos {
  return present(parseNanos(text), "the schema lets only plain decimals through");
}

/** The same where there may be none. */
export function nanosOrNull(text: string | null | undefined): Nanos | null {
  return text === null || text === undefined ? null : nanos(text);
}
