import type { JournaledCharge, JournaledRefund } from "@farthing/stripe-sandbox";
import { parseOwnedId } from "#kernel/ids.ts";
import type { ChargeFact, GivenBackFact } from "#modules/verification/domain/index.ts";
import type { RailJournal } from "#modules/verification/index.ts";
import { stripeAmount, stripeRefund } from "./amount.ts";
import { MADE_FOR } from "./objects.ts";

/** The sandbox's journal as the verification reads it. `read` answers every charge so far. */
export function sandboxJournal(
  read: () => readonly JournaledCharge[] | Promise<readonly JournaledCharge[]>,
): RailJournal {
  return {
    async chargesOf(customerIds) {
      const asked = new Set(customerIds);
      const charges = (await read()).flatMap(chargeFact);
      return charges.filter(({ customerId }) => asked.has(customerId));
    },
    chargedFor(money) {
      const amount = stripeAmount(money);
      return amount === null ? null : BigInt(amount);
    },
    refundedFor(money, paidMinor) {
      const amount = stripeRefund(money, paidMinor);
      return amount === null ? null : BigInt(amount);
    },
  };
}

/** None for a charge that somebody else made there: ours carry our own ids. */
function chargeFact(charge: JournaledCharge): ChargeFact[] {
  const { id, paymentIntent, amount, currency, status, metadata, refunds } = charge;
  const madeFor = metadata[MADE_FOR] ?? "";
  const payment = parseOwnedId("payment", madeFor);
  const owner =
    payment ?? parseOwnedId("checkout", madeFor) ?? parseOwnedId("invoicePage", madeFor);
  if (owner === null) return [];
  return [
    {
      ref: id,
      paymentRef: paymentIntent,
      customerId: owner.customerId,
      paymentId: payment?.id ?? null,
      amount: BigInt(amount),
      currency: currency.toUpperCase(),
      isSucceeded: status === "succeeded",
      refunds: refunds.map(givenBackFact),
    },
  ];
}

function givenBackFact({ id, amount, metadata }: JournaledRefund): GivenBackFact {
  const madeFor = parseOwnedId("refund", metadata[MADE_FOR] ?? "");
  return { ref: id, madeFor, amount: BigInt(amount) };
}
