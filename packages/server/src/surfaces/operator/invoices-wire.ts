import type { ExplainedLine } from "#flows/explain-line.ts";
import { isoInstant } from "#kernel/clock.ts";
import type { Currency } from "#kernel/currency.ts";
import { formatOwnedId } from "#kernel/ids.ts";
import { formatMinor } from "#kernel/money.ts";
import { formatAttos, formatNanos } from "#kernel/nanos.ts";
import type { CountedCharge, InvoiceLine } from "#modules/invoices/domain/index.ts";
import type { Meter } from "#modules/metering/domain/index.ts";
import type { EventPage, StoredUsageEvent } from "#modules/metering/index.ts";
import { eventFee, isPerEvent, type RatedTier } from "#modules/rating/domain/index.ts";

export function explanationToWire({ invoice, line, meter, explanation, events }: ExplainedLine) {
  const { currency } = invoice;
  return {
    invoice: formatOwnedId("invoice", invoice),
    line: line.lineNumber,
    description: line.description,
    currency,
    measured: meter === null ? null : meterToWire(meter),
    formula: explanation.formula,
    tiers: explanation.tiers.map(ratedTierToWire),
    charges: explanation.charges.map((counted) => countedChargeToWire(counted, currency)),
    exact: formatAttos(explanation.exact),
    rounding: explanation.rounding,
    recomputed: formatMinor(explanation.recomputedMinor, currency),
    billed: formatMinor(explanation.billedMinor, currency),
    holds: explanation.holds,
    events: events === null ? null : eventPageToWire(events, line),
  };
}

function meterToWire({ name, metric, aggregation, property, filters }: Meter) {
  const values = Object.entries(filters).map(([of, texts]) => [of, [...texts]]);
  return { metric, meter: name, aggregation, property, filters: Object.fromEntries(values) };
}

function eventPageToWire({ events, nextCursor }: EventPage, line: InvoiceLine) {
  return {
    data: events.map((event) => ({ ...usageEventToWire(event), ...feeToWire(event, line) })),
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
    properties: event.properties,
  };
}

function countedChargeToWire({ charge, beyondMinor }: CountedCharge, currency: Currency) {
  const { customerId, invoiceId, lineNumber, description, amountMinor } = charge;
  return {
    invoice: formatOwnedId("invoice", { customerId, id: invoiceId }),
    line: lineNumber,
    description,
    amount: formatMinor(amountMinor, currency),
    beyond: formatMinor(beyondMinor, currency),
  };
}

function feeToWire({ quantity }: StoredUsageEvent, { computation }: InvoiceLine) {
  if (computation.type !== "usage" || !isPerEvent(computation.model)) return {};
  return { fee: formatAttos(eventFee(computation.model, quantity)) };
}

function ratedTierToWire(tier: RatedTier) {
  return {
    from: formatNanos(tier.from),
    up_to: tier.upTo === null ? null : formatNanos(tier.upTo),
    quantity: formatNanos(tier.quantity),
    unit_price: formatNanos(tier.unitPrice),
    flat_price: formatNanos(tier.flatPrice),
    ...packagesToWire(tier),
    exact: formatAttos(tier.exact),
  };
}

function packagesToWire({ packageSize, packages }: RatedTier) {
  if (packageSize === undefined || packages === undefined) return {};
  return { package_size: formatNanos(packageSize), packages: packages.toString() };
}
