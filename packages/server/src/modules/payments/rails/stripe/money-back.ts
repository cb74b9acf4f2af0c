import type Stripe from "stripe";
import type { Rail, RailAnswer } from "#modules/payments/rails/rail.ts";
import { minorAmount, stripeRefund } from "./amount.ts";
import { answered, failureOf, mapped } from "./failure.ts";
import { MADE_FOR, railDispute, railRefund } from "./objects.ts";

type MoneyBackCalls = Pick<
  Rail,
  "refundedMinor" | "refundPayment" | "findRefund" | "retrieveRefund" | "retrieveDispute"
>;

/** Refunds and disputes. */
export function moneyBack(stripe: Stripe): MoneyBackCalls {
  return {
    refundedMinor(money, paidMinor) {
      const amount = stripeRefund(money, paidMinor);
      return amount === null ? null : minorAmount(amount, money.currency);
    },
    async refundPayment({ key, paymentRef, paidMinor, ...money }) {
      const amount = stripeRefund(money, paidMinor);
      if (amount === null) return notRefundable;
      const made = stripe.refunds.create(
        { payment_intent: paymentRef, amount, metadata: { [MADE_FOR]: key } },
        { idempotencyKey: key },
      );
      return mapped(await answered(made), railRefund);
    },
    async findRefund(paymentRef, key) {
      try {
        for await (const refund of stripe.refunds.list({
          payment_intent: paymentRef,
          limit: 100,
        })) {
          if (refund.metadata?.[MADE_FOR] === key) return { type: "ok", value: railRefund(refund) };
        }
        return { type: "ok", value: null };
      } catch (error) {
        return failureOf(error);
      }
    },
    async retrieveRefund(ref) {
      return mapped(await answered(stripe.refunds.retrieve(ref)), railRefund);
    },
    async retrieveDispute(ref) {
      return mapped(await answered(stripe.disputes.retrieve(ref)), railDispute);
    },
  };
}

const notRefundable: RailAnswer<never> = {
  type: "refused",
  code: "amount_not_chargeable",
  message: "The provider cannot move this amount in this currency.",
};
