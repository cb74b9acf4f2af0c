import { type Decline, isCardError } from "../cards/declines.ts";
import { type PaymentMethodRecord, renderPaymentMethod } from "./payment-method.ts";

/** The last refusal of a card that an intent remembers, with the card as it was. */
export type Failure = {
  readonly decline: Decline;
  readonly paymentMethod: PaymentMethodRecord;
  /** The failed charge; null for a setup. */
  readonly charge: string | null;
};

/** The body of a `card_error`, without the intent it stands in. */
export function renderFailure({ decline, paymentMethod, charge }: Failure) {
  return {
    type: isCardError(decline) ? "card_error" : "invalid_request_error",
    code: decline.code,
    message: decline.message,
    payment_method: renderPaymentMethod(paymentMethod),
    ...(decline.declineCode === undefined ? {} : { decline_code: decline.declineCode }),
    ...(decline.param === undefined ? {} : { param: decline.param }),
    ...(charge === null ? {} : { charge }),
  } as const;
}
