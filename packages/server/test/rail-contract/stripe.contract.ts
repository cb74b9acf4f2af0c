import Stripe from "stripe";
import { describeRail, type RailUnderTest } from "#modules/payments/rails/rail.contract.ts";
import { describeRailJournal } from "#modules/payments/rails/rail-journal.contract.ts";
import { createStripeRail } from "#modules/payments/rails/stripe/stripe-rail.ts";
import { signedNotice } from "#test/support/payments/signed-notice.ts";
import { testModeKey } from "./test-mode-key.ts";

/**
 * The rail's contract against Stripe itself, in its test mode and with the user's own key:
 * `STRIPE_SECRET_KEY=sk_test_… npm run rail:contract`. It needs a network and leaves test objects in
 * the account. What needs a person on Stripe's hosted page is proved on the sandbox only.
 */
const apiKey = testModeKey(process.env);
const base = process.env["STRIPE_API_BASE"];
const url = base === undefined ? null : new URL(base);
const where =
  url === null
    ? {}
    : {
        host: url.hostname,
        port: Number(url.port || (url.protocol === "http:" ? 80 : 443)),
        protocol: url.protocol === "http:" ? ("http" as const) : ("https" as const),
      };
const webhookSecret = "whsec_contract";

const testMode = async (): Promise<RailUnderTest> => {
  const stripe = new Stripe(apiKey, where);
  return {
    rail: createStripeRail({ apiKey, webhookSecret, ...where }),
    cards: {
      works: "pm_card_visa",
      cannotBeSaved: "pm_card_chargeDeclined",
      failsWhenCharged: "pm_card_chargeCustomerFail",
    },
    async chargeCount(paymentRef) {
      const { data } = await stripe.charges.list({ payment_intent: paymentRef, limit: 100 });
      return data.length;
    },
    cancelPayment: async (paymentRef) => void (await stripe.paymentIntents.cancel(paymentRef)),
    notice: (atMs) => signedNotice(webhookSecret, atMs),
    close: async () => {},
  };
};

describeRail("Stripe's adapter on Stripe's test mode", testMode);
describeRailJournal("Stripe's adapter on Stripe's test mode", testMode);
