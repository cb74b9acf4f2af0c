import type { InvoiceVisit } from "#flows/invoice-page/visit-invoice.ts";
import type { EpochMs, Period } from "#kernel/clock.ts";
import { formatNanos, NANOS_PER_UNIT } from "#kernel/nanos.ts";
import {
  amountRemainingMinor,
  type Invoice,
  type InvoiceLine,
  isPayableByLink,
} from "#modules/invoices/domain/index.ts";
import { amountText, groupedDigits, moneyText } from "./amount.ts";
import { escaped, frame, type Markup, markup } from "./markup.ts";
import { actionLink } from "./page.ts";

type ShownVisit = Extract<InvoiceVisit, { type: "invoice" }>;

/** An invoice for its payer; `payPath` is where it is paid by card. */
export function invoicePage(visit: ShownVisit, payPath: string): string {
  const { invoice, customer, seller, side, note } = visit;
  const { state, amountMinor, words } = standing(invoice, customer.timeZone);
  const title = `Invoice ${invoice.number}`;
  return frame(
    `${title}, ${STATES[state].toLowerCase()} · ${seller}`,
    markup(`${side === "sandbox" ? TEST_NOTE : ""}<div class="head">
        <p>${escaped(seller)}</p>
        <h1>${escaped(title)}</h1>
        <span class="state ${state}">${STATES[state]}</span>
      </div>
      <p class="amount">${escaped(moneyText(amountMinor, invoice.currency))}</p>
      <p>${escaped(words)}</p>${noteText(note)}${payAction(visit, payPath)}
      ${details(visit)}
      ${lineTable(invoice, customer.timeZone)}`),
  );
}

const TEST_NOTE = `<p class="test">This is a test invoice. No real money is asked for.</p>
      `;

const STATES = {
  open: "To be paid",
  overdue: "Overdue",
  paid: "Paid",
  void: "Withdrawn",
  uncollectible: "Closed",
} as const;

interface Standing {
  readonly state: keyof typeof STATES;
  /** The amount that a payer looks for: what is to be paid, else what the invoice was about. */
  readonly amountMinor: bigint;
  readonly words: string;
}

function standing(invoice: Invoice, timeZone: string): Standing {
  const { status, totalMinor, paidAtMs, dueAtMs, overdueAtMs } = invoice;
  const leftMinor = amountRemainingMinor(invoice);
  switch (status) {
    case "paid": {
      const paid = paidAtMs === null ? "Paid" : `Paid on ${day(paidAtMs, timeZone)}`;
      return { state: "paid", amountMinor: totalMinor, words: `${paid}. Thank you.` };
    }
    case "void": {
      const words = "This invoice was withdrawn. There is nothing to pay.";
      return { state: "void", amountMinor: totalMinor, words };
    }
    case "uncollectible": {
      const words = "It cannot be paid here any more. Ask whoever sent it to you.";
      return { state: "uncollectible", amountMinor: leftMinor, words };
    }
    case "open":
      return overdueAtMs === null
        ? {
            state: "open",
            amountMinor: leftMinor,
            words: `Please pay by ${day(dueAtMs, timeZone)}.`,
          }
        : {
            state: "overdue",
            amountMinor: leftMinor,
            words: `It was to be paid by ${day(dueAtMs, timeZone)}.`,
          };
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

function details({ invoice, customer }: ShownVisit): Markup {
  const { issuedAtMs, dueAtMs } = invoice;
  return markup(`<dl>
        <dt>Billed to</dt><dd>${escaped(customer.name)}</dd>
        <dt>Issued</dt><dd>${day(issuedAtMs, customer.timeZone)}</dd>
        <dt>Due</dt><dd>${day(dueAtMs, customer.timeZone)}</dd>
      </dl>`);
}

function lineTable(invoice: Invoice, timeZone: string): Markup {
  const { currency, lines } = invoice;
  return markup(`<table>
        <caption>What this invoice is for</caption>
        <thead><tr><th scope="col">Description</th><th scope="col" class="sum">${escaped(currency)}</th></tr></thead>
        <tbody>${lines
          .map((line) => row(lineName(line, timeZone), amountText(line.amountMinor, currency)))
          .join("")}</tbody>
        <tfoot>${sums(invoice)}</tfoot>
      </table>`);
}

/** From the total to what is left; the total alone where nothing came off. */
function sums(invoice: Invoice): string {
  const { currency, totalMinor, creditAppliedMinor, creditedMinor, amountPaidMinor } = invoice;
  const taken = [
    { label: "Credit used", minor: -creditAppliedMinor },
    { label: "Credited", minor: -creditedMinor },
    { label: "Paid", minor: -amountPaidMinor },
  ].filter(({ minor }) => minor !== 0n);
  const left = { label: "Left to pay", minor: amountRemainingMinor(invoice) };
  return [{ label: "Total", minor: totalMinor }, ...taken, ...(taken.length === 0 ? [] : [left])]
    .map(({ label, minor }) => row(escaped(label), amountText(minor, currency)))
    .join("");
}

function row(name: Markup, amount: string): string {
  return `<tr><th scope="row">${name}</th><td>${escaped(amount)}</td></tr>`;
}

function lineName({ description, quantity, period }: InvoiceLine, timeZone: string): Markup {
  const many =
    quantity === NANOS_PER_UNIT ? [] : [`Quantity ${groupedDigits(formatNanos(quantity))}`];
  const when = period.endMs > period.startMs ? [days(period, timeZone)] : [];
  const more = [...when, ...many].map((text) => `<small>${escaped(text)}</small>`);
  return markup(`${escaped(description)}${more.join("")}`);
}

/** 1 Jan 2026 – 31 Jan 2026: the first and the last day of a period that ends before its end. */
function days({ startMs, endMs }: Period, timeZone: string): string {
  const [first, last] = [startMs, endMs - 1].map((instantMs) => day(instantMs, timeZone, "medium"));
  return first === last ? `${first}` : `${first} – ${last}`;
}

/** 17 February 2026, or 17 Feb 2026, by the customer's calendar. */
function day(instantMs: EpochMs, timeZone: string, dateStyle: "long" | "medium" = "long"): string {
  return new Intl.DateTimeFormat("en-GB", { dateStyle, timeZone }).format(instantMs);
}
