import type { EpochMs } from "#kernel/clock.ts";
import type { Currency } from "#kernel/currency.ts";
import { BillingError } from "#kernel/error.ts";
import type { OwnedId } from "#kernel/ids.ts";
import { formatMinor, sumMinor } from "#kernel/money.ts";
import { splitByLargestRemainder } from "#kernel/split.ts";
import { amountRemainingMinor, type Invoice } from "./invoice.ts";
import { refuseUnlessAllowed } from "./lifecycle.ts";

/** Takes back a part of an invoice, or all of it. It never changes. */
export interface CreditNote extends OwnedId, CreditNotePlan {
  readonly invoiceId: bigint;
  /** Gapless within the project. */
  readonly number: bigint;
  readonly reason: string;
  readonly currency: Currency;
  readonly createdAtMs: EpochMs;
}

/** What a note takes back, and where it goes. */
export interface CreditNotePlan {
  readonly lines: readonly CreditedLine[];
  readonly amountMinor: bigint;
  /** Off what was due. */
  readonly dueMinor: bigint;
  /** To the customer's credit. */
  readonly balanceMinor: bigint;
  /** Back through the rail. */
  readonly refundMinor: bigint;
}

export interface CreditedLine {
  /** The line of the invoice. */
  readonly lineNumber: number;
  readonly amountMinor: bigint;
}

/** What is asked for: parts of some lines, or an amount that is spread over all of them. */
export interface CreditAsked {
  readonly what:
    | { readonly lines: readonly CreditedLine[] }
    | { readonly amountMinor: bigint | null };
  /** Where what had been paid goes. */
  readonly to: "balance" | "refund";
}

export interface CreditFacts {
  readonly invoice: Invoice;
  /** What earlier notes took back, line by line. */
  readonly creditedBefore: readonly CreditedLine[];
  /** What was paid for the invoice by rails and is still there. */
  readonly refundableMinor: bigint;
}

/**
 * What a credit note takes back and where it goes: first off what is still due, the rest to where it is
 * asked for. Refuses with `credit_note_too_large` what is more than a line or the invoice has left, and
 * with `refund_too_large` what no rail collected.
 */
export function planCreditNote(facts: CreditFacts, { what, to }: CreditAsked): CreditNotePlan {
  const { invoice, refundableMinor } = facts;
  refuseUnlessAllowed(invoice, "credit");
  const lines = "lines" in what ? askedLines(facts, what.lines) : spread(facts, what.amountMinor);
  const amountMinor = sumMinor(lines.map((line) => line.amountMinor));
  refuseAbove(invoice, creditableMinor(facts), amountMinor);

  const remainingMinor = amountRemainingMinor(invoice);
  const dueMinor = amountMinor < remainingMinor ? amountMinor : remainingMinor;
  const paidMinor = amountMinor - dueMinor;
  if (to === "refund" && paidMinor > refundableMinor) {
    const { currency } = invoice;
    throw new BillingError("refund_too_large", {
      refundable: formatMinor(refundableMinor, currency),
      credited_to_balance_at_most: formatMinor(paidMinor, currency),
    });
  }
  return {
    lines,
    amountMinor,
    dueMinor,
    balanceMinor: to === "balance" ? paidMinor : 0n,
    refundMinor: to === "refund" ? paidMinor : 0n,
  };
}

/** What of the invoice no note has taken back yet. */
function creditableMinor({ invoice, creditedBefore }: CreditFacts): bigint {
  return invoice.totalMinor - sumMinor(creditedBefore.map((line) => line.amountMinor));
}

function askedLines(facts: CreditFacts, asked: readonly CreditedLine[]): readonly CreditedLine[] {
  const left = new Map(linesLeft(facts).map((line) => [line.lineNumber, line.amountMinor]));
  const lines = new Map<number, bigint>();
  for (const { lineNumber, amountMinor } of asked) {
    const leftMinor = left.get(lineNumber);
    if (leftMinor === undefined) {
      throw new BillingError("invoice_line_not_found", { line: lineNumber });
    }
    // A line may be named twice: it is one line of the note.
    const sumAsked = (lines.get(lineNumber) ?? 0n) + amountMinor;
    refuseAbove(facts.invoice, leftMinor, sumAsked, lineNumber);
    lines.set(lineNumber, sumAsked);
  }
  return [...lines].map(([lineNumber, amountMinor]) => ({ lineNumber, amountMinor }));
}

/** An amount, or all that is left, over the lines in proportion to what each has left. */
function spread(facts: CreditFacts, asked: bigint | null): readonly CreditedLine[] {
  const left = linesLeft(facts).filter((line) => line.amountMinor > 0n);
  const amountMinor = asked ?? creditableMinor(facts);
  refuseAbove(facts.invoice, creditableMinor(facts), amountMinor);
  const weights = left.map((line) => line.amountMinor);
  const parts = splitByLargestRemainder(amountMinor, weights);
  return left
    .map(({ lineNumber }, index) => ({ lineNumber, amountMinor: parts[index] ?? 0n }))
    .filter((line) => line.amountMinor > 0n);
}

function linesLeft({ invoice, creditedBefore }: CreditFacts): CreditedLine[] {
  return invoice.lines.map(({ lineNumber, amountMinor }) => {
    const before = creditedBefore.filter((line) => line.lineNumber === lineNumber);
    const taken = sumMinor(before.map((line) => line.amountMinor));
    return { lineNumber, amountMinor: amountMinor - taken };
  });
}

function refuseAbove(
  { currency }: Invoice,
  leftMinor: bigint,
  amountMinor: bigint,
  line?: number,
): void {
  if (amountMinor > 0n && amountMinor <= leftMinor) return;
  throw new BillingError("credit_note_too_large", {
    ...(line === undefined ? {} : { line }),
    creditable: formatMinor(leftMinor > 0n ? leftMinor : 0n, currency),
  });
}
