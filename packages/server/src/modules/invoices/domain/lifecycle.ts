import { assert } from "#kernel/assert.ts";
import type { EpochMs } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import { formatMinor } from "#kernel/money.ts";
import { amountRemainingMinor, type Invoice, type InvoiceStatus } from "./invoice.ts";

/** What can be done to an invoice that is issued. */
export type InvoiceAction = "credit" | "pay" | "void" | "mark_uncollectible";

const allowedIn: Readonly<Record<InvoiceStatus, readonly InvoiceAction[]>> = {
  open: ["credit", "pay", "void", "mark_uncollectible"],
  uncollectible: ["credit", "pay", "void"],
  paid: ["credit"],
  void: [],
};

/** What may be done to the invoice as it stands. Of what was paid in part nothing is void. */
export function allowedActions({ status, amountPaidMinor }: Invoice): readonly InvoiceAction[] {
  return allowedIn[status].filter((action) => action !== "void" || amountPaidMinor === 0n);
}

/** Refuses with `invoice_transition_refused`, which says what is allowed instead. */
export function refuseUnlessAllowed(invoice: Invoice, action: InvoiceAction): void {
  const allowed = allowedActions(invoice);
  if (allowed.includes(action)) return;
  const { status, amountPaidMinor, currency } = invoice;
  throw new BillingError("invoice_transition_refused", {
    status,
    amount_paid: formatMinor(amountPaidMinor, currency),
    allowed,
  });
}

/** Takes the invoice back: nothing of it is owed any more. */
export function voided(invoice: Invoice): Invoice {
  refuseUnlessAllowed(invoice, "void");
  return { ...invoice, status: "void" };
}

/**
 * The invoice of something that is granted when it is paid, and is not to be: nothing of it is owed any
 * more. Of what was paid in part already nothing is void, and its rest is given up.
 */
export function ungranted(invoice: Invoice): Invoice {
  return { ...invoice, status: invoice.amountPaidMinor === 0n ? "void" : "uncollectible" };
}

/** Gives up on what is not paid of it. */
export function markedUncollectible(invoice: Invoice): Invoice {
  refuseUnlessAllowed(invoice, "mark_uncollectible");
  return { ...invoice, status: "uncollectible" };
}

/** An invoice and money that came for it. */
export interface PaidInvoice {
  readonly invoice: Invoice;
  /** What of the money was not owed. */
  readonly surplusMinor: bigint;
}

/** The invoice once money has come for it, whatever its status: what is not owed any more is surplus. */
export function paidWith(invoice: Invoice, amountMinor: bigint, nowMs: EpochMs): PaidInvoice {
  const remainingMinor = amountRemainingMinor(invoice);
  const appliedMinor = amountMinor < remainingMinor ? amountMinor : remainingMinor;
  const paid = { ...invoice, amountPaidMinor: invoice.amountPaidMinor + appliedMinor };
  return {
    invoice: appliedMinor === 0n ? invoice : settledIfPaid(paid, nowMs),
    surplusMinor: amountMinor - appliedMinor,
  };
}

/** The invoice once a credit note took so much off what was due. */
export function creditedWith(invoice: Invoice, dueMinor: bigint, nowMs: EpochMs): Invoice {
  assert(dueMinor <= amountRemainingMinor(invoice), "no more is taken off than is due");
  if (dueMinor === 0n) return invoice;
  return settledIfPaid({ ...invoice, creditedMinor: invoice.creditedMinor + dueMinor }, nowMs);
}

function settledIfPaid(invoice: Invoice, nowMs: EpochMs): Invoice {
  if (amountRemainingMinor(invoice) > 0n) return invoice;
  return { ...invoice, status: "paid", paidAtMs: nowMs };
}
