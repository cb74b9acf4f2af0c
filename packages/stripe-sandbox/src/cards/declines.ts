/** Why an issuer refuses a card, as Stripe reports it. */
export type Decline = {
  readonly code:
    | "authentication_required"
    | "card_declined"
    | "expired_card"
    | "incorrect_cvc"
    | "payment_intent_authentication_failure"
    | "processing_error"
    | "setup_intent_authentication_failure";
  readonly declineCode?: "authentication_required" | "generic_decline" | "insufficient_funds";
  readonly message: string;
  readonly param?: string;
};

export const declines = {
  generic: {
    code: "card_declined",
    declineCode: "generic_decline",
    message: "Your card was declined.",
  },
  insufficientFunds: {
    code: "card_declined",
    declineCode: "insufficient_funds",
    message: "Your card has insufficient funds.",
  },
  expired: { code: "expired_card", message: "Your card has expired.", param: "exp_month" },
  incorrectCvc: {
    code: "incorrect_cvc",
    message: "Your card's security code is incorrect.",
    param: "cvc",
  },
  processing: {
    code: "processing_error",
    message: "An error occurred while processing your card. Try again in a little bit.",
  },
  authenticationRequired: {
    code: "authentication_required",
    declineCode: "authentication_required",
    message: "Your card was declined. This transaction requires authentication.",
  },
} as const satisfies Record<string, Decline>;

/** What an intent remembers when the cardholder could not or would not say who they are. */
export function authenticationFailure(kind: "payment" | "setup"): Decline {
  return {
    code: `${kind}_intent_authentication_failure`,
    message:
      "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
  };
}

/** Whether the issuer said no to the card itself, and not only to who was using it. */
export function isCardError({ code }: Decline): boolean {
  return !code.endsWith("_intent_authentication_failure");
}
