import { UsageFailure } from "./failure.ts";

/**
 * The instant that a flag names. A date is its first instant in UTC; a time of day needs an offset, lest
 * it be anyone's guess.
 */
export function instantFrom(flag: string, text: string): string {
  const instant = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text;
  const hasOffset = /T.*(Z|[+-]\d\d:\d\d)$/.test(instant);
  if (hasOffset && !Number.isNaN(Date.parse(instant))) return instant;
  throw new UsageFailure(
    `${flag} is an instant such as 2026-03-01 or 2026-03-01T09:30:00Z, not ${text}`,
  );
}
