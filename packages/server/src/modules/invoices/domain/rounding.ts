import type { Currency } from "#kernel/currency.ts";
import { formatMinor, minorToNanos } from "#kernel/money.ts";
import { type Attos, formatAttos, NANOS_PER_UNIT } from "#kernel/nanos.ts";

/** What was dropped or added to reach a whole minor unit, in words. */
export function roundingOf(exact: Attos, roundedMinor: bigint, currency: Currency): string {
  const rounded = formatMinor(roundedMinor, currency);
  const isExact = minorToNanos(roundedMinor, currency) * NANOS_PER_UNIT === exact;
  return isExact
    ? `none: ${rounded} is exact`
    : `${formatAttos(exact)} is rounded half away from zero to ${rounded}`;
}
