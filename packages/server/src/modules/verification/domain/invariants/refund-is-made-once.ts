import { groupBy } from "#kernel/group-by.ts";
import { ownedKey } from "#kernel/ids.ts";
import type { Finding } from "#modules/verification/domain/breach.ts";
import type { ChargeFact, GivenBackFact, RefundFact } from "#modules/verification/domain/facts.ts";
import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { refundName } from "#modules/verification/domain/names.ts";

export const refundIsMadeOnce: Invariant = {
  name: "refund_is_made_once",
  states:
    "In the rail's journal a refund that succeeded is there, of its amount and payment; none was made twice.",
  find({ journal, refunds, payments }) {
    if (journal === null) return [];
    const made = journal.charges.flatMap(madeOf);
    const byRef = groupBy(made, ({ ref }) => ref);
    const byKey = groupBy(made, ({ madeFor }) => (madeFor === null ? "" : ownedKey(madeFor)));
    const paymentOf = new Map(payments.map((payment) => [ownedKey(payment), payment]));
    const known = new Set(refunds.map(ownedKey));
    return [
      ...refunds.flatMap((refund) => {
        const { customerId, paymentId } = refund;
        const payment = paymentOf.get(ownedKey({ customerId, id: paymentId }));
        const due: Due = {
          amount: journal.refundedFor(refund, payment?.amountMinor ?? refund.amountMinor),
          paymentRef: payment?.railRef ?? null,
        };
        const own = byKey.get(ownedKey(refund)) ?? [];
        return wrongRefunds(
          refund,
          due,
          own.length > 0 ? own : (byRef.get(refund.railRef ?? "") ?? []),
        );
      }),
      ...made.flatMap((back) => strayRefund(back, known)),
    ];
  },
};

interface Made extends GivenBackFact {
  readonly paymentRef: string;
}

interface Due {
  readonly amount: bigint | null;
  readonly paymentRef: string | null;
}

function madeOf({ refunds, paymentRef }: ChargeFact): Made[] {
  return refunds.map((back) => ({ ...back, paymentRef }));
}

/** One that was asked for may have been made already, though it is not known here yet. */
function wrongRefunds(refund: RefundFact, due: Due, made: readonly Made[]): Finding[] {
  const { status, railRef, currency } = refund;
  const isRight =
    made.every(
      ({ amount, paymentRef, ref }) =>
        amount === due.amount &&
        paymentRef === due.paymentRef &&
        (railRef === null || railRef === ref),
    ) &&
    (made.length === 1 || (made.length === 0 && status !== "succeeded"));
  if (isRight) return [];
  const found = made.map(({ ref, amount, paymentRef }) => `${ref} of ${amount} of ${paymentRef}`);
  return [
    {
      ...refundName(refund),
      expected: `one refund${railRef === null ? "" : ` ${railRef}`} of ${due.amount} ${currency} of ${due.paymentRef}, as the rail counts`,
      found: found.join("; ") || "no refund",
    },
  ];
}

function strayRefund({ ref, madeFor }: Made, known: ReadonlySet<string>): Finding[] {
  if (madeFor === null || known.has(ownedKey(madeFor))) return [];
  const expected = `the refund ${refundName(madeFor).id} that it was made for`;
  return [{ kind: "refund", id: ref, expected, found: "no such refund" }];
}
