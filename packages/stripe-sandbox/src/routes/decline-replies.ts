import type Stripe from "stripe";
import type { Decline } from "../cards/declines.ts";
import { type Failure, renderFailure } from "../objects/failure.ts";
import type { PaymentOutcome } from "../payments/confirm-payment.ts";
import type { SetupOutcome } from "../payments/confirm-setup.ts";
import { Refusal } from "../wire/refusal.ts";
import { type Call, failed, ok, type Reply } from "./route.ts";

/** 402 for a card that could not be saved outside of any intent: nothing is left behind. */
export function cardRefused(decline: Decline, paymentMethod: Stripe.PaymentMethod): Refusal {
  return new Refusal(402, {
    type: "card_error",
    code: decline.code,
    message: decline.message,
    payment_method: paymentMethod,
    ...(decline.declineCode === undefined ? {} : { decline_code: decline.declineCode }),
    ...(decline.param === undefined ? {} : { param: decline.param }),
  });
}

/** The intent, or 402 with the intent inside the error when its card was declined. */
export function paymentReply({ render }: Call, { intent, failure }: PaymentOutcome): Reply {
  const body = render("payment_intent", intent);
  return failure === null ? ok(body) : declined(failure, { payment_intent: body });
}

export function setupReply({ render }: Call, { intent, failure }: SetupOutcome): Reply {
  const body = render("setup_intent", intent);
  return failure === null ? ok(body) : declined(failure, { setup_intent: body });
}

type IntentPart =
  | { readonly payment_intent: Stripe.PaymentIntent }
  | { readonly setup_intent: Stripe.SetupIntent };

function declined(failure: Failure, intent: IntentPart): Reply {
  return failed(402, { ...renderFailure(failure), ...intent });
}
