import type { EpochMs, Period } from "#kernel/clock.ts";
import type { Currency } from "#kernel/currency.ts";
import type { OwnedId } from "#kernel/ids.ts";
import { sumMinor } from "#kernel/money.ts";
import type { DraftLine } from "./line.ts";
import type { Collection, PaymentTerms } from "./payment-terms.ts";

/**
 * Why an invoice was made: its first period began, a period ended, the subscription was changed, a
 * further term was bought, late usage was settled, or something was charged once, without one.
 */
export type InvoiceReason = "opening" | "renewal" | "change" | "term" | "final" | "one_off";

export type InvoiceStatus = "open" | "paid" | "void" | "uncollectible";

/** An invoice that is ready to be issued; it still lacks its number. */
export interface DraftInvoice extends OwnedId {
  readonly subscriptionId: bigint | null;
  readonly reason: InvoiceReason;
  readonly currency: Currency;
  readonly period: Period;
  readonly lines: readonly DraftLine[];
  readonly totalMinor: bigint;
  readonly issuedAtMs: EpochMs;
  /** Null: the customer's. */
  readonly terms: PaymentTerms | null;
}

/** A draft for which it is decided how and until when it is to be paid. */
export interface TermedDraft extends Omit<DraftInvoice, "terms"> {
  readonly collection: Collection;
  readonly dueAtMs: EpochMs;
}

/** And what it takes of its customer's credit. */
export interface CreditedDraft extends TermedDraft {
  /** Never more than the total. Below zero it is what the invoice puts there: all of its total. */
  readonly creditAppliedMinor: bigint;
}

/** An issued invoice. Once open it never changes but for what was paid of it. */
export interface Invoice extends OwnedId {
  readonly subscriptionId: bigint | null;
  /** Gapless within the project. */
  readonly number: bigint;
  readonly status: InvoiceStatus;
  readonly reason: InvoiceReason;
  readonly currency: Currency;
  readonly period: Period;
  readonly totalMinor: bigint;
  /** What it took of its customer's credit; below zero it is what it put there. */
  readonly creditAppliedMinor: bigint;
  /** What credit notes took off what was due. */
  readonly creditedMinor: bigint;
  readonly amountPaidMinor: bigint;
  readonly issuedAtMs: EpochMs;
  readonly collection: Collection;
  /** Until when it is to be paid. */
  readonly dueAtMs: EpochMs;
  /** When it was told that it is due and not paid; null when it was not. */
  readonly overdueAtMs: EpochMs | null;
  readonly paidAtMs: EpochMs | null;
  readonly lines: readonly InvoiceLine[];
}

export interface InvoiceLine extends DraftLine {
  /** Counted from 1, in the order of the invoice. */
  readonly lineNumber: number;
}

/** Adds up a draft. Unless it says otherwise its customer's terms hold. */
export function draftInvoice(
  draft: Omit<DraftInvoice, "totalMinor" | "terms"> & Partial<Pick<DraftInvoice, "terms">>,
): DraftInvoice {
  return {
    terms: null,
    ...draft,
    totalMinor: sumMinor(draft.lines.map((line) => line.amountMinor)),
  };
}

/**
 * What the customer has to pay of it in all, once its credit is applied and without what credit notes
 * took off before it was paid: never below zero.
 */
export function amountDueMinor({
  totalMinor,
  creditAppliedMinor,
  creditedMinor,
}: Pick<Invoice, "totalMinor" | "creditAppliedMinor" | "creditedMinor">): bigint {
  const dueMinor = totalMinor - creditAppliedMinor - creditedMinor;
  return dueMinor > 0n ? dueMinor : 0n;
}

/** What is still to be paid of it. */
export function amountRemainingMinor(invoice: Invoice): bigint {
  return invoice.status === "void" ? 0n : amountDueMinor(invoice) - invoice.amountPaidMinor;
}

/** Whether its payer can pay it at its link: it was sent, and waits to be paid. */
export function isPayableByLink(invoice: Invoice): boolean {
  const { collection, status } = invoice;
  return collection === "send" && status === "open" && amountRemainingMinor(invoice) > 0n;
}

/** Gives a draft its number. What leaves nothing to pay is paid as it is issued. */
export function issuedInvoice(draft: CreditedDraft, number: bigint): Invoice {
  const isSettled = amountDueMinor({ ...draft, creditedMinor: 0n }) === 0n;
  return {
    ...draft,
    number,
    status: isSettled ? "paid" : "open",
    creditedMinor: 0n,
    amountPaidMinor: 0n,
    overdueAtMs: null,
    paidAtMs: isSettled ? draft.issuedAtMs : null,
    lines: draft.lines.map((line, index) => ({ ...line, lineNumber: index + 1 })),
  };
}
