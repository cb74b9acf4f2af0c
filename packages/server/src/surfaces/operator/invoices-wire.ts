import type { ExplainedLine } from "#flows/explain-line.ts";
import { isoInstant } from "#kernel/clock.ts";
import { formatOwnedId } from "#kernel/ids.ts";
import { formatMinor } from "#kernel/money.ts";
import { formatAttos, formatNanos } from "#kernel/nanos.ts";
import type { EventPage, StoredUsageEvent } from "#modules/metering/index.ts";
import type { RatedTier } from "#modules/rating/domain/index.ts";

export function explanationToWire({ invoice, line, explanation, events }: ExplainedLine) {
  const { currency } = invoice;
  return {
    invoice: formatOwnedId("invoice", invoice),
    line: line.lineNumber,
    description: line.description,
    currency,
    formula: explanation.formula,
    tiers: explanation.tiers.map(ratedTierToWire),
    exact: formatAttos(explanation.exact),
    rounding: explanation.rounding,
    recomputed: formatMinor(explanation.recomputedMinor, currency),
    billed: formatMinor(explanation.billedMinor, currency),
    holds: explanation.holds,
    events: events === null ? null : eventPageToWire(events),
  };
}

function eventPageToWire({ events, nextCursor }: EventPage) {
  return {
    data: events.map(usageEventToWire),
    next_cursor: nextCursor,
    has_more: nextCursor !== null,
  };
}

function usageEventToWire(event: StoredUsageEvent) {
  return {
    reference_id: event.referenceId,
    quantity: formatNanos(event.quantity),
    occurred_at: isoInstant(event.occurredAtMs),
    received_at: isoInstant(event.receivedAtMs),
  };
}

function ratedTierToWire(tier: RatedTier) {
  return {
    from: formatNanos(tier.from),
    up_to: tier.upTo === null ? null : formatNanos(tier.upTo),
    quantity: formatNanos(tier.quantity),
    unit_price: formatNanos(tier.unitPrice),
    flat_price: formatNanos(tier.flatPrice),
    exact: formatAttos(tier.exact),
  };
}
