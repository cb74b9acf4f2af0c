import Stripe from "stripe";
import type { RailAnswer } from "#modules/payments/rails/rail.ts";

type Failure = Exclude<RailAnswer<never>, { type: "ok" }>;

// A request that Stripe did not decide on: it was busy with the same key, or with too many others.
const UNDECIDED_STATUS = new Set([409, 429]);

/**
 * What an error of the SDK means. A card error or an invalid request is Stripe's decision;
 * timeouts, broken connections, 5xx, rate limits and a wrong key leave open what happened.
 * @throws what is no failure of the provider, since that is a defect of ours
 */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Stripe.errors.StripeError)) throw error;
  return isDecision(error)
    ? { type: "refused", code: refusalCode(error), message: error.message }
    : { type: "unknown", reason: `${error.type}: ${error.message}` };
}

function isDecision(error: Stripe.errors.StripeError): boolean {
  const isRefusal =
    error instanceof Stripe.errors.StripeCardError ||
    error instanceof Stripe.errors.StripeInvalidRequestError;
  return isRefusal && !UNDECIDED_STATUS.has(error.statusCode ?? 0);
}

/**
 * The bank's own reason where there is one: `insufficient_funds` says more than `card_declined`.
 */
function refusalCode(error: Stripe.errors.StripeError): string {
  return error.decline_code ?? error.code ?? "refused";
}

/** Asks Stripe, and turns what goes wrong into a value. */
export async function answered<Value extends object>(
  asked: Promise<Stripe.Response<Value>>,
): Promise<RailAnswer<Value>> {
  try {
    const value = await asked;
    const { statusCode } = value.lastResponse;
    // The SDK knows an error by its body. One from something in between has another body, or none.
    return statusCode < 300
      ? { type: "ok", value }
      : { type: "unknown", reason: `answered with status ${statusCode} by something else` };
  } catch (error) {
    return failureOf(error);
  }
}

/** The answer with its value translated. */
export function mapped<From, To>(
  answer: RailAnswer<From>,
  translate: (value: From) => To,
): RailAnswer<To> {
  return answer.type === "ok" ? { type: "ok", value: translate(answer.value) } : answer;
}
