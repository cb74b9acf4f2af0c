import { sumMinor } from "#kernel/money.ts";
import type { CreditComputation } from "./computation.ts";
import {
  type CreditAsked,
  type CreditFacts,
  type CreditNotePlan,
  offWhatIsDue,
  wherePaidGoes,
} from "./credit-note.ts";
import { refuseUnlessAllowed } from "./lifecycle.ts";

/** What is given back of a line of the invoice for time that is not used; its cap is in the computation. */
export interface UnusedLine {
  readonly amountMinor: bigint;
  readonly computation: CreditComputation;
}

/**
 * The credit note that gives back time that was charged for and is not used: first off what is still
 * due; of the rest what rails collected goes back through them if that is wanted, and what was paid
 * otherwise becomes the customer's credit.
 */
export function planUnusedNote(
  { invoice, refundableMinor }: Pick<CreditFacts, "invoice" | "refundableMinor">,
  unused: readonly UnusedLine[],
  to: CreditAsked["to"],
): CreditNotePlan {
  refuseUnlessAllowed(invoice, "credit");
  const amountMinor = sumMinor(unused.map((line) => line.amountMinor));
  const dueMinor = offWhatIsDue(invoice, amountMinor);
  return {
    lines: unused.map(({ amountMinor: minor, computation }) => ({
      lineNumber: computation.lineNumber,
      amountMinor: minor,
      unused: computation,
    })),
    amountMinor,
    dueMinor,
    ...wherePaidGoes(amountMinor - dueMinor, to, refundableMinor),
  };
}
