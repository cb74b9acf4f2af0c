import type { InvoiceVisit } from "#flows/invoice-page/visit-invoice.ts";
import type { EpochMs } from "#kernel/clock.ts";
import { formatMinor } from "#kernel/money.ts";
import { formatNanos, NANOS_PER_UNIT } from "#kernel/nanos.ts";
import {
  amountRemainingMinor,
  type Invoice,
  type InvoiceLine,
  isPayableByLink,
} from "#modules/invoices/domain/index.ts";
import { escaped, frame, type Markup, markup } from "./markup.ts";
import { actionLink } from "./page.ts";

type ShownVisit = Extract<InvoiceVisit, { type: "invoice" }>;

/** An invoice for its payer; `payPath` is where it is paid by card. */
export function invoicePage(visit: ShownVisit, payPath: string): string {
  const { invoice, customer, seller, note } = visit;
  const title = `Invoice ${invoice.number}`;
  const words = standing(invoice, customer.timeZone);
  return frame(
    `${title} · ${seller}`,
    markup(`<p>${escaped(seller)}</p>
      <h1>${escaped(title)}</h1>
      <p class="amount">${money(amountRemainingMinor(invoice), invoice)}</p>
      <p>${escaped(words)}</p>${noteText(note)}
      ${lineTable(invoice)}
      <p>For ${escaped(customer.name)}, of ${day(invoice.issuedAtMs, customer.timeZone)}.</p>${payAction(visit, payPath)}`),
  );
}

/** How the invoice stands, in words. */
function standing(invoice: Invoice, timeZone: string): string {
  const { status, paidAtMs, dueAtMs, overdueAtMs } = invoice;
  switch (status) {
    case "paid":
      return paidAtMs === null
        ? "Paid. Thank you."
        : `Paid on ${day(paidAtMs, timeZone)}. Thank you.`;
    case "void":
      return "It was taken back: nothing is to be paid.";
    case "uncollectible":
      return "It cannot be paid here any more. Ask whoever sent it to you.";
    case "open":
      return overdueAtMs === null
        ? `To be paid by ${day(dueAtMs, timeZone)}`
        : `It was to be paid by ${day(dueAtMs, timeZone)}`;
  }
}

const NOTES = {
  none: "",
  not_finished: "The payment is not finished. Nothing was charged.",
  not_by_card: "This amount cannot be paid by card. Please transfer it instead.",
} as const satisfies Record<ShownVisit["note"], string>;

function noteText(note: ShownVisit["note"]): string {
  return note === "none" ? "" : `\n      <p class="note" role="status">${escaped(NOTES[note])}</p>`;
}

function payAction({ invoice, note }: ShownVisit, href: string): string {
  if (!isPayableByLink(invoice) || note === "not_by_card") return "";
  return `\n      <p class="wide">${actionLink({ label: "Pay by card", href })}</p>`;
}

function lineTable(invoice: Invoice): Markup {
  const { lines, totalMinor, creditAppliedMinor, creditedMinor, amountPaidMinor } = invoice;
  const sums = [
    { label: "Total", minor: totalMinor },
    { label: "Credit used", minor: -creditAppliedMinor },
    { label: "Credited", minor: -creditedMinor },
    { label: "Paid", minor: -amountPaidMinor },
  ].filter(({ label, minor }) => label === "Total" || minor !== 0n);
  const left = { label: "Left to pay", minor: amountRemainingMinor(invoice) };
  return markup(`<table>
        <tbody>${lines.map((line) => row(lineName(line), line.amountMinor, invoice)).join("")}</tbody>
        <tfoot>${[...sums, left].map(({ label, minor }) => row(escaped(label), minor, invoice)).join("")}</tfoot>
      </table>`);
}

function row(name: Markup, minor: bigint, invoice: Invoice): string {
  return `<tr><th scope="row">${name}</th><td>${money(minor, invoice)}</td></tr>`;
}

function lineName({ description, quantity }: InvoiceLine): Markup {
  const many =
    quantity === NANOS_PER_UNIT ? "" : `<small>${escaped(formatNanos(quantity))} ×</small>`;
  return markup(`${escaped(description)}${many}`);
}

function money(minor: bigint, { currency }: Invoice): Markup {
  const text = `${currency} ${formatMinor(minor < 0n ? -minor : minor, currency)}`;
  return escaped(minor < 0n ? `−${text}` : text);
}

/** 17 February 2026, by the customer's calendar. */
function day(instantMs: EpochMs, timeZone: string): string {
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone }).format(instantMs);
}
