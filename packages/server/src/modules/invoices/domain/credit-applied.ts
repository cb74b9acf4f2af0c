import { assert } from "#kernel/assert.ts";
import type { Currency } from "#kernel/currency.ts";

/** An invoice about to be issued, as far as credit is concerned. */
interface Creditable {
  readonly customerId: bigint;
  readonly currency: Currency;
  readonly totalMinor: bigint;
}

/** What a customer has to its credit in a currency, in minor units. */
interface Credit {
  readonly customerId: bigint;
  readonly currency: string;
  readonly creditMinor: bigint;
}

/**
 * Says for each invoice what it takes of its customer's credit, in the order given. One below zero puts
 * its amount there instead, and what it puts there the next one may take. Who has no credit is absent
 * from `credit`, and `mostMinor` limits what each may take.
 */
export function withCreditApplied<Draft extends Creditable>(
  drafts: readonly Draft[],
  credit: readonly Credit[],
  mostMinor: bigint | null = null,
): (Draft & { readonly creditAppliedMinor: bigint })[] {
  const left = new Map(credit.map((held) => [creditKey(held), held.creditMinor]));
  return drafts.map((draft) => {
    const key = creditKey(draft);
    const balanceMinor = left.get(key) ?? 0n;
    assert(balanceMinor >= 0n, "a customer's credit is never below zero");
    const creditAppliedMinor = appliedMinor(draft.totalMinor, balanceMinor, mostMinor);
    left.set(key, balanceMinor - creditAppliedMinor);
    return { ...draft, creditAppliedMinor };
  });
}

function creditKey({ customerId, currency }: Pick<Credit, "customerId" | "currency">): string {
  return `${customerId}:${currency}`;
}

function appliedMinor(totalMinor: bigint, balanceMinor: bigint, mostMinor: bigint | null): bigint {
  if (totalMinor <= 0n) return totalMinor;
  const takenMinor = totalMinor < balanceMinor ? totalMinor : balanceMinor;
  return mostMinor !== null && mostMinor < takenMinor ? mostMinor : takenMinor;
}
