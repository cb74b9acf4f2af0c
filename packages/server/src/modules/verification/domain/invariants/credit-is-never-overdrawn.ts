import { groupBy } from "#kernel/group-by.ts";
import type { Finding } from "#modules/verification/domain/breach.ts";
import type { TransferFact } from "#modules/verification/domain/facts.ts";
import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { minorText, transferName } from "#modules/verification/domain/names.ts";

export const creditIsNeverOverdrawn: Invariant = {
  name: "credit_is_never_overdrawn",
  states: "No customer's credit was ever below zero: nothing took more than there was.",
  find: ({ transfers }) =>
    [...groupBy(transfers.filter(isOfCredit), purseKey).values()].flatMap(overdrawn),
};

/** The first transfer of a purse that took too much. */
function overdrawn(transfers: readonly TransferFact[]): Finding[] {
  let balanceMinor = 0n;
  for (const transfer of transfers.toSorted((a, b) => (a.sequence < b.sequence ? -1 : 1))) {
    const isGain = transfer.creditAccount === "customer_credit";
    balanceMinor += isGain ? transfer.amountMinor : -transfer.amountMinor;
    if (balanceMinor < 0n) {
      const found = `${minorText(balanceMinor, transfer.currency)} after it`;
      return [{ ...transferName(transfer), expected: "credit of zero or more", found }];
    }
  }
  return [];
}

function isOfCredit({ debitAccount, creditAccount }: TransferFact): boolean {
  return debitAccount === "customer_credit" || creditAccount === "customer_credit";
}

function purseKey({ customerId, currency }: TransferFact): string {
  return `${customerId}:${currency}`;
}
