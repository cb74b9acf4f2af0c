import type Stripe from "stripe";
import type { Rail, RailAnswer } from "#modules/payments/rails/rail.ts";
import { stripeAmount } from "./amount.ts";
import { answered, failureOf, mapped } from "./failure.ts";
import { MADE_FOR, railDispute, railRefund } from "./objects.ts";

type MoneyBackCalls = Pick<
  Rail,
  "refundPayment" | "findRefund" | "retrieveRefund" | "retrieveDispute"
>;

/** Refunds and disputes. */
export function moneyBack(stripe: Stripe): MoneyBackCalls {
  return {
    async refundPayment({ key, paymentRef, ...money }) {
      const amount = stripeAmount(money);
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
