import { ownedKey } from "#kernel/ids.ts";
import type { Finding } from "#modules/verification/domain/breach.ts";
import type { AttemptFact, PaymentFact } from "#modules/verification/domain/facts.ts";
import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { type Pair, pairs } from "#modules/verification/domain/matching.ts";
import { paymentName } from "#modules/verification/domain/names.ts";

export const attemptsAreCounted: Invariant = {
  name: "attempts_are_counted",
  states: "A payment counts its attempts, 1, 2, 3 …, and no more than one of them succeeded.",
  find: ({ payments, attempts }) =>
    pairs(payments, ownedKey, attempts, paymentKey).flatMap(compare),
};

function paymentKey({ customerId, paymentId }: AttemptFact): string {
  return ownedKey({ customerId, id: paymentId });
}

function compare({ left: [payment], right: attempts }: Pair<PaymentFact, AttemptFact>): Finding[] {
  const [first] = attempts;
  if (payment === undefined) {
    if (first === undefined) return [];
    const name = paymentName({ customerId: first.customerId, id: first.paymentId });
    return [{ ...name, expected: "a payment", found: "only its attempts" }];
  }
  const numbers = new Set(attempts.map(({ attemptNumber }) => attemptNumber));
  const isCounted =
    payment.attemptCount === attempts.length &&
    attempts.every((_, index) => numbers.has(index + 1));
  const succeeded = attempts.filter(({ outcome }) => outcome === "succeeded").length;
  if (isCounted && (succeeded === 0 || (succeeded === 1 && payment.status === "succeeded"))) {
    return [];
  }
  return [
    {
      ...paymentName(payment),
      expected: `${payment.attemptCount} attempts, at most one of them successful`,
      found: `attempts ${[...numbers].join(", ") || "none"}, ${succeeded} successful, payment ${payment.status}`,
    },
  ];
}
