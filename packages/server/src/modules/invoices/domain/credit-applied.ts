import { assert } from "#kernel/assert.ts";
import type { Currency } from "#kernel/currency.ts";

/** An invoice about to be issued, as far as credit is concerned. */
interface Creditable {
  readonly customerId: bigint;
  readonly currency: Currency;
  readonly totalMinor: bigint;
}

/** A map key for what a customer has to its credit in a currency. */
export function creditKey(of: Pick<Creditable, "customerId" | "currency">): string {
  return `${of.customerId}:${of.currency}`;
}

/**
 * Says for each invoice what it takes of its customer's credit, in the order given. One below zero puts
 * its amount there instead, and what it puts there the next one may take. `balances` are by `creditKey`,
 * and `mostMinor` limits what each may take.
 */
export function withCreditApplied<Draft extends Creditable>(
  drafts: readonly Draft[],
  balances: ReadonlyMap<string, bigint>,
  mostMinor: bigint | null = null,
): (Draft & { readonly creditAppliedMinor: bigint })[] {
  const left = new Map(balances);
  return drafts.map((draft) => {
    const key = creditKey(draft);
    const balanceMinor = left.get(key) ?? 0n;
    assert(balanceMinor >= 0n, "a customer's credit is never below zero");
    const creditAppliedMinor = appliedMinor(draft.totalMinor, balanceMinor, mostMinor);
    left.set(key, balanceMinor - creditAppliedMinor);
    return { ...draft, creditAppliedMinor };
  });
}

function appliedMinor(totalMinor: bigint, balanceMinor: bigint, mostMinor: bigint | null): bigint {
  if (totalMinor <= 0n) return totalMinor;
  const takenMinor = totalMinor < balanceMinor ? totalMinor : balanceMinor;
  return mostMinor !== null && mostMinor < takenMinor ? mostMinor : takenMinor;
}
