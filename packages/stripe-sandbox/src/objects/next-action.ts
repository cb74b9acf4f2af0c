import type Stripe from "stripe";

/** Where the cardholder is asked who they are, and where they are sent afterwards. */
export type PendingAction = { readonly returnUrl: string | null };

type NextAction = Stripe.PaymentIntent.NextAction & Stripe.SetupIntent.NextAction;

/**
 * What an intent tells its caller to do next. With an address to return to, that is a redirect; without
 * one, Stripe's own scripts are meant to show the challenge, which here stands on the same page.
 */
export function renderNextAction(action: PendingAction | undefined, challengeUrl: string) {
  if (action === undefined) return null;
  if (action.returnUrl === null) {
    const script = { type: "three_d_secure_redirect", stripe_js: challengeUrl };
    return { type: "use_stripe_sdk", use_stripe_sdk: script } satisfies NextAction;
  }
  return {
    type: "redirect_to_url",
    redirect_to_url: { return_url: action.returnUrl, url: challengeUrl },
  } satisfies NextAction;
}

/** The intent as it is when nothing is awaited of the cardholder any more. */
export function withoutAction<Intent extends { readonly action?: PendingAction }>(
  intent: Intent,
): Omit<Intent, "action"> {
  const { action: _, ...rest } = intent;
  return rest;
}
