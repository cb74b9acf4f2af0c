import type { EpochMs } from "#kernel/clock.ts";
import type { Currency } from "#kernel/currency.ts";
import { BillingError } from "#kernel/error.ts";
import type { OwnedId } from "#kernel/ids.ts";
import { formatMinor, sumMinor } from "#kernel/money.ts";
import { splitByLargestRemainder } from "#kernel/split.ts";
import type { CreditComputation } from "./computation.ts";
import { type CreditedLine, creditableMinor, type GivenBack, linesLeft } from "./given-back.ts";
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
  readonly lines: readonly NoteLine[];
  readonly amountMinor: bigint;
  /** Off what was due. */
  readonly dueMinor: bigint;
  /** To the customer's credit. */
  readonly balanceMinor: bigint;
  /** Back through the rail. */
  readonly refundMinor: bigint;
}

/** What a note takes back of a line of its invoice. */
export interface NoteLine extends CreditedLine {
  /** Where it gives back time that is not used: how that was computed. Absent where it was asked for. */
  readonly unused?: CreditComputation;
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
  readonly givenBack: GivenBack;
  /** What was paid for the invoice by rails and is still there. */
  readonly refundableMinor: bigint;
}

/**
 * What a credit note takes back and where it goes: first off what is still due, the rest to where it is
 * asked for. Refuses with `credit_note_too_large` what is more than a line or the invoice has left, and
 * with `refund_too_large` what no rail collected.
 */
export function planCreditNote(facts: CreditFacts, { what, to }: CreditAsked): CreditNotePlan {
  const { invoice, givenBack, refundableMinor } = facts;
  refuseUnlessAllowed(invoice, "credit");
  const lines = "lines" in what ? askedLines(facts, what.lines) : spread(facts, what.amountMinor);
  const amountMinor = sumMinor(lines.map((line) => line.amountMinor));
  refuseAbove(invoice, creditableMinor(invoice, givenBack), amountMinor);

  const dueMinor = offWhatIsDue(invoice, amountMinor);
  const paidMinor = amountMinor - dueMinor;
  if (to === "refund" && paidMinor > refundableMinor) {
    const { currency } = invoice;
    throw new BillingError("refund_too_large", {
      refundable: formatMinor(refundableMinor, currency),
      credited_to_balance_at_most: formatMinor(paidMinor, currency),
    });
  }
  return { lines, amountMinor, dueMinor, ...wherePaidGoes(paidMinor, to, refundableMinor) };
}

/** What of a credit lowers what is still due. */
export function offWhatIsDue(invoice: Invoice, amountMinor: bigint): bigint {
  const remainingMinor = amountRemainingMinor(invoice);
  return amountMinor < remainingMinor ? amountMinor : remainingMinor;
}

/** What was paid goes back through rails as far as they collected it, where that is wanted. */
export function wherePaidGoes(
  paidMinor: bigint,
  to: CreditAsked["to"],
  refundableMinor: bigint,
): Pick<CreditNotePlan, "balanceMinor" | "refundMinor"> {
  const mostMinor = to === "refund" ? refundableMinor : 0n;
  const refundMinor = paidMinor < mostMinor ? paidMinor : mostMinor;
  return { balanceMinor: paidMinor - refundMinor, refundMinor };
}

function askedLines(
  { invoice, givenBack }: CreditFacts,
  asked: readonly CreditedLine[],
): readonly CreditedLine[] {
  const all = linesLeft(invoice, givenBack);
  const left = new Map(all.map((line) => [line.lineNumber, line.amountMinor]));
  const lines = new Map<number, bigint>();
  for (const { lineNumber, amountMinor } of asked) {
    const leftMinor = left.get(lineNumber);
    if (leftMinor === undefined) {
      throw new BillingError("invoice_line_not_found", { line: lineNumber });
    }
    // A line may be named twice: it is one line of the note.
    const sumAsked = (lines.get(lineNumber) ?? 0n) + amountMinor;
    refuseAbove(invoice, leftMinor, sumAsked, lineNumber);
    lines.set(lineNumber, sumAsked);
  }
  return [...lines].map(([lineNumber, amountMinor]) => ({ lineNumber, amountMinor }));
}

/** An amount, or all that is left, over the lines in proportion to what each has left. */
function spread(
  { invoice, givenBack }: CreditFacts,
  asked: bigint | null,
): readonly CreditedLine[] {
  const left = linesLeft(invoice, givenBack).filter((line) => line.amountMinor > 0n);
  const mostMinor = creditableMinor(invoice, givenBack);
  const amountMinor = asked ?? mostMinor;
  refuseAbove(invoice, mostMinor, amountMinor);
  const weights = left.map((line) => line.amountMinor);
  const parts = splitByLargestRemainder(amountMinor, weights);
  return left
    .map(({ lineNumber }, index) => ({ lineNumber, amountMinor: parts[index] ?? 0n }))
    .filter((line) => line.amountMinor > 0n);
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
