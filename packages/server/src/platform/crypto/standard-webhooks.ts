import { randomBytes } from "node:crypto";
import { Webhook } from "standardwebhooks";
import type { EpochMs } from "#kernel/clock.ts";

const SECRET_BYTES = 32;

/** A new secret of a receiver and us: `whsec_` and the base64 of 32 random bytes. */
export function newSigningSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString("base64")}`;
}

export interface SignedMessage {
  /** One, or several while one is rotated: the message is signed with each. */
  readonly secrets: readonly string[];
  /** What the receiver knows a repeated message by. */
  readonly id: string;
  /** When it is sent, not when it came about: receivers refuse what is minutes old. */
  readonly sentAtMs: EpochMs;
  readonly body: string;
}

/** The three headers by which the Standard Webhooks specification signs a message. */
export function standardWebhookHeaders(message: SignedMessage): Record<string, string> {
  const { secrets, id, sentAtMs, body } = message;
  const sentAt = new Date(sentAtMs);
  return {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(sentAtMs / 1000)),
    "webhook-signature": secrets
      .map((secret) => new Webhook(secret).sign(id, sentAt, body))
      .join(" "),
  };
}
