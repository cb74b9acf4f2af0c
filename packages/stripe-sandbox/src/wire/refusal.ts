import type Stripe from "stripe";

/** What stands under `error` in an answer that is not a success. */
export type ErrorBody = {
  readonly type: "api_error" | "card_error" | "idempotency_error" | "invalid_request_error";
  readonly message: string;
  readonly code?: string;
  readonly decline_code?: string;
  readonly param?: string;
  readonly charge?: string;
  readonly payment_intent?: Stripe.PaymentIntent;
  readonly payment_method?: Stripe.PaymentMethod;
  readonly setup_intent?: Stripe.SetupIntent;
};

/**
 * An answer that refuses the request and leaves nothing changed. A decline is no refusal: it changes
 * the intent and writes a charge, so it travels as a reply.
 */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly body: ErrorBody;
  /**
   * True when the parameters themselves were at fault. Such an answer is not kept under the request's
   * idempotency key, so that the caller may correct the request and send the same key again.
   */
  readonly isValidation: boolean;

  constructor(status: number, body: ErrorBody, { isValidation = false } = {}) {
    super(body.message);
    this.status = status;
    this.body = body;
    this.isValidation = isValidation;
  }
}

/** A parameter that cannot be read as what it should be. */
export function invalidParameter(param: string, message: string, code?: string): Refusal {
  return new Refusal(
    400,
    { type: "invalid_request_error", message, param, ...(code === undefined ? {} : { code }) },
    { isValidation: true },
  );
}

/** A well-formed request that the state of things does not allow. */
export function notAllowed(message: string, more: Omit<ErrorBody, "type" | "message"> = {}) {
  return new Refusal(400, { type: "invalid_request_error", message, ...more });
}

/** An id in the path (404) or in a parameter (400) that names nothing. */
export function missingResource(noun: string, id: string, param: string, status: 400 | 404) {
  return new Refusal(status, {
    type: "invalid_request_error",
    code: "resource_missing",
    message: `No such ${noun}: '${id}'`,
    param,
  });
}
