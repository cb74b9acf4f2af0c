import { groupBy } from "#kernel/group-by.ts";
import { ownedKey } from "#kernel/ids.ts";
import type { Finding } from "#modules/verification/domain/breach.ts";
import type { ChargeFact, JournalFact, PaymentFact } from "#modules/verification/domain/facts.ts";
import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { paymentName } from "#modules/verification/domain/names.ts";

export const paymentIsChargedOnce: Invariant = {
  name: "payment_is_charged_once",
  states:
    "In the rail's journal a payment that succeeded has one charge, of its amount; no payment has two.",
  find: ({ payments, journal }) => (journal === null ? [] : compare(payments, journal)),
};

function compare(payments: readonly PaymentFact[], journal: JournalFact): Finding[] {
  const succeeded = journal.charges.filter(({ isSucceeded }) => isSucceeded);
  const byRef = groupBy(succeeded, ({ paymentRef }) => paymentRef);
  const known = new Set(payments.map(ownedKey));
  return [
    ...payments.flatMap((payment) =>
      wrongCharges(payment, byRef.get(payment.railRef ?? "") ?? [], journal),
    ),
    ...succeeded.flatMap((charge) =>
      charge.paymentId === null ? [] : strayCharge(charge, charge.paymentId, known),
    ),
  ];
}

/** A payment whose outcome is not known here yet may have its charge already. */
function wrongCharges(
  payment: PaymentFact,
  charges: readonly ChargeFact[],
  { chargedFor }: JournalFact,
): Finding[] {
  const { currency, status } = payment;
  const due = chargedFor(payment);
  const isRight =
    charges.every((charge) => charge.amount === due && charge.currency === currency) &&
    (charges.length === 1 || (charges.length === 0 && status !== "succeeded"));
  if (isRight) return [];
  return [
    {
      ...paymentName(payment),
      expected: `one charge of ${due} ${currency} as the rail counts`,
      found: charges.map(chargeText).join("; ") || "no charge",
    },
  ];
}

function strayCharge(
  { ref, customerId }: ChargeFact,
  id: bigint,
  known: ReadonlySet<string>,
): Finding[] {
  const payment = { customerId, id };
  if (known.has(ownedKey(payment))) return [];
  const expected = `the payment ${paymentName(payment).id} that it was made for`;
  return [{ kind: "charge", id: ref, expected, found: "no such payment" }];
}

function chargeText({ ref, amount, currency }: ChargeFact): string {
  return `${ref} of ${amount} ${currency}`;
}
