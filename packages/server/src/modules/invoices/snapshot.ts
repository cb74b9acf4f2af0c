import { isoInstant, isoInstantOrNull } from "#kernel/clock.ts";
import { formatId, formatOwnedId } from "#kernel/ids.ts";
import { formatMinor, sumMinor } from "#kernel/money.ts";
import { formatNanos } from "#kernel/nanos.ts";
import {
  amountDueMinor,
  amountRemainingMinor,
  type CreditNote,
  type Invoice,
  type InvoiceLine,
  isPayableByLink,
} from "#modules/invoices/domain/index.ts";
import type { InvoiceLinks } from "./invoice-links.ts";

/** An invoice as the operator API and the event log show it. Amounts are decimals in major units. */
export interface InvoiceSnapshot {
  id: string;
  number: string;
  status: Invoice["status"];
  reason: Invoice["reason"];
  customer: string;
  subscription: string | null;
  currency: string;
  period_start: string;
  period_end: string;
  base_amount: string;
  usage_amount: string;
  total: string;
  /** Below zero it is what the invoice put onto its customer's credit. */
  credit_applied: string;
  /** What credit notes took off before it was paid. */
  amount_credited: string;
  /** What was to be paid of it in all. */
  amount_due: string;
  amount_paid: string;
  /** What is still to be paid. */
  amount_remaining: string;
  issued_at: string;
  /** Whether the card is charged, or the invoice sent to be paid. */
  collection: Invoice["collection"];
  /** Until when it is to be paid. */
  due_at: string;
  /** When it was told that it is due and not paid. */
  overdue_at: string | null;
  paid_at: string | null;
  /** Where the payer can pay it by card; null unless it was sent and waits to be paid. */
  payment_url: string | null;
  lines: InvoiceLineSnapshot[];
}

export interface InvoiceLineSnapshot {
  line: number;
  kind: InvoiceLine["kind"];
  /** Null where a line keeps the whole plan within its limits, or is charged once. */
  price: string | null;
  metric: string | null;
  description: string;
  period_start: string;
  period_end: string;
  quantity: string;
  /** Null where there is no one price of a unit: with tiers, say. */
  unit_price: string | null;
  amount: string;
  /** What was pending until this line billed it; only where something was. */
  invoice_item?: string;
}

export function invoiceSnapshot(invoice: Invoice, links: InvoiceLinks): InvoiceSnapshot {
  const { customerId, currency, period, lines } = invoice;
  const amountOf = (isUsage: boolean) =>
    formatMinor(
      sumMinor(lines.filter((line) => isBase(line) !== isUsage).map((l) => l.amountMinor)),
      currency,
    );
  return {
    id: formatOwnedId("invoice", invoice),
    number: invoice.number.toString(),
    status: invoice.status,
    reason: invoice.reason,
    customer: formatId("customer", customerId),
    subscription: subscriptionOf(invoice),
    currency,
    period_start: isoInstant(period.startMs),
    period_end: isoInstant(period.endMs),
    base_amount: amountOf(false),
    usage_amount: amountOf(true),
    total: formatMinor(invoice.totalMinor, currency),
    credit_applied: formatMinor(invoice.creditAppliedMinor, currency),
    amount_credited: formatMinor(invoice.creditedMinor, currency),
    amount_due: formatMinor(amountDueMinor(invoice), currency),
    amount_paid: formatMinor(invoice.amountPaidMinor, currency),
    amount_remaining: formatMinor(amountRemainingMinor(invoice), currency),
    issued_at: isoInstant(invoice.issuedAtMs),
    collection: invoice.collection,
    due_at: isoInstant(invoice.dueAtMs),
    overdue_at: isoInstantOrNull(invoice.overdueAtMs),
    paid_at: isoInstantOrNull(invoice.paidAtMs),
    payment_url: isPayableByLink(invoice) ? links.urlOf(invoice) : null,
    lines: lines.map((line) => lineSnapshot(line, invoice)),
  };
}

/** Flat prices, what is given back of them, and what is charged once. */
function isBase({ kind }: InvoiceLine): boolean {
  return kind === "flat" || kind === "credit" || kind === "one_off";
}

function lineSnapshot(line: InvoiceLine, { customerId, currency }: Invoice): InvoiceLineSnapshot {
  return {
    line: line.lineNumber,
    kind: line.kind,
    price: line.priceId === null ? null : formatId("price", line.priceId),
    metric: line.metric,
    description: line.description,
    period_start: isoInstant(line.period.startMs),
    period_end: isoInstant(line.period.endMs),
    quantity: formatNanos(line.quantity),
    unit_price: unitPriceOf(line),
    amount: formatMinor(line.amountMinor, currency),
    ...itemOf(customerId, line),
  };
}

function itemOf(
  customerId: bigint,
  { computation }: InvoiceLine,
): Pick<InvoiceLineSnapshot, "invoice_item"> {
  const id = computation.type === "one_off" ? computation.itemId : null;
  return id === null ? {} : { invoice_item: formatOwnedId("invoiceItem", { customerId, id }) };
}

function unitPriceOf({ computation }: InvoiceLine): string | null {
  if (computation.type === "flat" || computation.type === "credit") {
    return formatNanos(computation.amount);
  }
  if (computation.type === "one_off") return formatNanos(computation.unitAmount);
  if (computation.type !== "usage") return null;
  return computation.model.type === "per_unit" ? formatNanos(computation.model.unitPrice) : null;
}

function subscriptionOf({ customerId, subscriptionId }: Invoice): string | null {
  return subscriptionId === null
    ? null
    : formatOwnedId("subscription", { customerId, id: subscriptionId });
}

/** A credit note as the operator API and the event log show it. */
export interface CreditNoteSnapshot {
  id: string;
  number: string;
  invoice: string;
  customer: string;
  reason: string;
  currency: string;
  amount: string;
  /** Where it went: off what was due, to the customer's credit, back through the provider. */
  taken_off_due: string;
  credited_to_balance: string;
  refunded: string;
  lines: { line: number; amount: string }[];
  created_at: string;
}

export function creditNoteSnapshot(note: CreditNote): CreditNoteSnapshot {
  const { customerId, currency, invoiceId } = note;
  return {
    id: formatOwnedId("creditNote", note),
    number: note.number.toString(),
    invoice: formatOwnedId("invoice", { customerId, id: invoiceId }),
    customer: formatId("customer", customerId),
    reason: note.reason,
    currency,
    amount: formatMinor(note.amountMinor, currency),
    taken_off_due: formatMinor(note.dueMinor, currency),
    credited_to_balance: formatMinor(note.balanceMinor, currency),
    refunded: formatMinor(note.refundMinor, currency),
    lines: note.lines.map(({ lineNumber, amountMinor }) => ({
      line: lineNumber,
      amount: formatMinor(amountMinor, currency),
    })),
    created_at: isoInstant(note.createdAtMs),
  };
}
