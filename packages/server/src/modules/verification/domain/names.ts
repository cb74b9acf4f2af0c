import { isoInstant } from "#kernel/clock.ts";
import { formatId, formatOwnedId, type OwnedId } from "#kernel/ids.ts";
import { formatNanos, type Nanos } from "#kernel/nanos.ts";
import type { FoundKind } from "./breach.ts";
import type { CloseFact, LineFact, MeterKey, TransferFact, WrongValueFact } from "./facts.ts";

/** How a finding names an object: what can be asked for by its id, and where it has none its key. */
export interface ObjectName {
  readonly kind: FoundKind;
  readonly id: string;
}

export const customerName = (customerId: bigint): ObjectName => ({
  kind: "customer",
  id: formatId("customer", customerId),
});

export const subscriptionName = (key: OwnedId): ObjectName => ({
  kind: "subscription",
  id: formatOwnedId("subscription", key),
});

export const invoiceName = (key: OwnedId): ObjectName => ({
  kind: "invoice",
  id: formatOwnedId("invoice", key),
});

export const paymentName = (key: OwnedId): ObjectName => ({
  kind: "payment",
  id: formatOwnedId("payment", key),
});

export const refundName = (key: OwnedId): ObjectName => ({
  kind: "refund",
  id: formatOwnedId("refund", key),
});

export const manualPaymentName = (key: OwnedId): ObjectName => ({
  kind: "manual_payment",
  id: formatOwnedId("manualPayment", key),
});

export const creditNoteName = (key: OwnedId): ObjectName => ({
  kind: "credit_note",
  id: formatOwnedId("creditNote", key),
});

export const invoiceItemName = (key: OwnedId): ObjectName => ({
  kind: "invoice_item",
  id: formatOwnedId("invoiceItem", key),
});

export const disputeName = (key: OwnedId): ObjectName => ({
  kind: "dispute",
  id: formatOwnedId("dispute", key),
});

export function lineName({ customerId, invoiceId, lineNumber }: LineFact): ObjectName {
  const invoice = formatOwnedId("invoice", { customerId, id: invoiceId });
  return { kind: "invoice_line", id: `${invoice} line ${lineNumber}` };
}

export function counterName(key: MeterKey): ObjectName {
  return { kind: "usage_counter", id: meterText(key) };
}

export function valueName(fact: WrongValueFact): ObjectName {
  return { kind: "usage_value", id: `${meterText(fact)}: ${fact.value}` };
}

export function usageName(key: MeterKey): ObjectName {
  return { kind: "usage_event", id: meterText(key) };
}

export function closeName(close: CloseFact): ObjectName {
  const { customerId, subscriptionId, periodStartMs, kind } = close;
  const subscription = formatOwnedId("subscription", { customerId, id: subscriptionId });
  return { kind: "period_close", id: `${subscription} ${kind} of ${isoInstant(periodStartMs)}` };
}

export function transferName({ customerId, sequence }: TransferFact): ObjectName {
  return { kind: "ledger_transfer", id: `${formatId("customer", customerId)} #${sequence}` };
}

/** A map key that names what usage is counted under. */
export function meterKey({ customerId, subscriptionId, metric, periodStartMs }: MeterKey): string {
  return `${customerId}:${subscriptionId}:${periodStartMs}:${metric}`;
}

export function minorText(amountMinor: bigint, currency: string): string {
  return `${amountMinor} minor units of ${currency}`;
}

export function usedText(quantity: Nanos, eventCount: bigint): string {
  return `${formatNanos(quantity)} of ${eventCount} events`;
}

function meterText({ customerId, subscriptionId, metric, periodStartMs }: MeterKey): string {
  const subscription = formatOwnedId("subscription", { customerId, id: subscriptionId });
  return `${subscription} ${metric} from ${isoInstant(periodStartMs)}`;
}
