interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly requestId: string | null;
  readonly details: readonly unknown[];
  readonly retryAfterMs: number | null;
  readonly body: unknown;
}

/** The server answered, and the answer is no. */
export class FarthingError extends Error {
  override readonly name = "FarthingError";
  /** The HTTP status. */
  readonly status: number;
  /** The server's own word, such as `plan_not_found`; `http_502` when the answer carried none. */
  readonly code: string;
  /** Names this request in the server's log. */
  readonly requestId: string | null;
  /** One entry per field that was wrong; empty for most refusals. */
  readonly details: readonly unknown[];
  /** How long the server asked to be left alone, if it did. */
  readonly retryAfterMs: number | null;
  /** The whole answer: parsed JSON, or the text of an answer that was none. */
  readonly body: unknown;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.status = refusal.status;
    this.code = refusal.code;
    this.requestId = refusal.requestId;
    this.details = refusal.details;
    this.retryAfterMs = refusal.retryAfterMs;
    this.body = refusal.body;
  }
}

/**
 * No whole answer came. The server may or may not have done what was asked; the same reference or
 * idempotency key makes asking again safe. `cause` is what the platform's fetch threw.
 */
export class FarthingConnectionError extends Error {
  override readonly name = "FarthingConnectionError";
  readonly code: "connection_failed" | "timed_out";

  constructor(code: "connection_failed" | "timed_out", message: string, cause: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

const webhookFailures = {
  header_missing: "The webhook-id, webhook-timestamp or webhook-signature header is missing.",
  payload_invalid: "The payload is correctly signed but is no event of this dialect.",
  secret_invalid: "The webhook secret is not whsec_ followed by base64.",
  signature_mismatch: "No signature fits this payload and secret. Was the raw body passed?",
  timestamp_invalid: "The webhook-timestamp header is not a number of seconds.",
  timestamp_too_new: "The message is dated in the future. Check this machine's clock.",
  timestamp_too_old: "The message is older than what is still accepted.",
} as const;

export type WebhookFailure = keyof typeof webhookFailures;

/** A webhook that must not be believed. Answer it with a 400. */
export class FarthingWebhookError extends Error {
  override readonly name = "FarthingWebhookError";
  readonly code: WebhookFailure;

  constructor(code: WebhookFailure) {
    super(webhookFailures[code]);
    this.code = code;
  }
}
