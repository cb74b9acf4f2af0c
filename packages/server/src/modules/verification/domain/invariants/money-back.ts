import { type OwnedId, ownedKey } from "#kernel/ids.ts";
import type { Finding } from "#modules/verification/domain/breach.ts";
import type { PaymentFact, TransferFact } from "#modules/verification/domain/facts.ts";
import { pairs } from "#modules/verification/domain/matching.ts";
import { minorText, type ObjectName } from "#modules/verification/domain/names.ts";
import { isSame, type Movement, sourceKey, sourceOf, textOf } from "./booked.ts";

/** A refund or a dispute. */
interface MoneyBack extends OwnedId {
  readonly paymentId: bigint;
  readonly currency: string;
  readonly amountMinor: bigint;
}

interface MoneyBackBooks<Back extends MoneyBack> {
  readonly all: readonly Back[];
  readonly payments: readonly PaymentFact[];
  /** All transfers from objects of this kind. */
  readonly booked: readonly TransferFact[];
  readonly nameOf: (key: OwnedId) => ObjectName;
  /** Where the money counts as given back, and whether it is by now. */
  readonly accountOf: (payment: PaymentFact) => string;
  readonly isGivenBack: (back: Back) => boolean;
}

/**
 * The refunds or disputes whose transfers do not come to what they say. Money may go to and fro, always
 * all of it: a bank returns a refund, or gives back what it had taken.
 */
export function givenBackWrongly<Back extends MoneyBack>(books: MoneyBackBooks<Back>): Finding[] {
  const paymentOf = new Map(books.payments.map((payment) => [ownedKey(payment), payment]));
  return pairs(books.all, ownedKey, books.booked, sourceKey).flatMap(({ left: [back], right }) => {
    const key = back ?? sourceOf(right);
    if (key === undefined) return [];
    const name = books.nameOf(key);
    const found = right.map(textOf).join("; ") || textOf();
    if (back === undefined) return [{ ...name, expected: textOf(), found }];
    const { customerId, paymentId, currency, amountMinor } = back;
    const payment = paymentOf.get(ownedKey({ customerId, id: paymentId }));
    if (payment?.currency !== currency) {
      return [{ ...name, expected: `a payment in ${currency} that it is of`, found: "none" }];
    }
    const account = books.accountOf(payment);
    const there = { currency, amountMinor, debitAccount: account };
    const dueMinor = books.isGivenBack(back) ? amountMinor : 0n;
    if (balanceOf({ ...there, creditAccount: `rail:${payment.rail}` }, right) === dueMinor)
      return [];
    return [{ ...name, expected: `${minorText(dueMinor, currency)} in ${account}`, found }];
  });
}

/** What is left of a movement that went to and fro; null when anything else moved. */
function balanceOf(movement: Movement, transfers: readonly TransferFact[]): bigint | null {
  const { debitAccount, creditAccount, amountMinor } = movement;
  const opposite = { ...movement, debitAccount: creditAccount, creditAccount: debitAccount };
  const there = transfers.filter((transfer) => isSame(transfer, movement)).length;
  const back = transfers.filter((transfer) => isSame(transfer, opposite)).length;
  return there + back === transfers.length ? BigInt(there - back) * amountMinor : null;
}
