import type { EpochMs } from "#kernel/clock.ts";
import type { Nanos } from "#kernel/nanos.ts";
import type { MeteredFact } from "./facts.ts";

/** What a meter has to show of events. */
export interface Shown {
  readonly quantity: Nanos;
  readonly eventCount: bigint;
  readonly reportedMs: EpochMs | null;
}

export const NOTHING: Shown = { quantity: 0n, eventCount: 0n, reportedMs: null };

/** What one meter shows of all these events together; 0 of none. */
export function shownOf(parts: readonly MeteredFact[]): Shown {
  return parts.reduce(
    (shown, part) => ({
      ...merged(shown, part),
      eventCount: shown.eventCount + part.eventCount,
    }),
    NOTHING,
  );
}

function merged(shown: Shown, part: MeteredFact): Pick<Shown, "quantity" | "reportedMs"> {
  switch (part.aggregation) {
    case "sum":
    case "count":
    case "unique_count":
      return { quantity: shown.quantity + part.quantity, reportedMs: null };
    case "max":
      return {
        quantity: part.quantity > shown.quantity ? part.quantity : shown.quantity,
        reportedMs: null,
      };
    case "latest":
      return isLater(part, shown) ? part : shown;
  }
}

/** Of two at the same instant the larger is the later. */
function isLater(part: MeteredFact, { quantity, reportedMs }: Shown): boolean {
  if (reportedMs === null || part.reportedMs === null) return true;
  if (part.reportedMs !== reportedMs) return part.reportedMs > reportedMs;
  return part.quantity > quantity;
}
