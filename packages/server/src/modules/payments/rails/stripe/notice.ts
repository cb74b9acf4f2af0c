import type Stripe from "stripe";
import { assert } from "#kernel/assert.ts";
import { type EpochMs, MINUTE_MS, SECOND_MS } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import type { RailNotice } from "#modules/payments/rails/rail.ts";

const TOLERANCE_MS = 5 * MINUTE_MS;

// An endpoint may be sent more than these; the rest is kept and not followed.
const ABOUT: ReadonlyMap<string, RailNotice["about"]> = new Map([
  ["checkout.session.completed", "checkout"],
  ["payment_intent.succeeded", "payment"],
  ["payment_intent.payment_failed", "payment"],
  ["payment_intent.canceled", "payment"],
  ["payment_method.automatically_updated", "card"],
  ["payment_method.updated", "card"],
  ["refund.created", "refund"],
  ["refund.updated", "refund"],
  ["refund.failed", "refund"],
  ["charge.dispute.created", "dispute"],
  ["charge.dispute.updated", "dispute"],
  ["charge.dispute.funds_withdrawn", "dispute"],
  ["charge.dispute.funds_reinstated", "dispute"],
  ["charge.dispute.closed", "dispute"],
]);

/** Reads a webhook of Stripe, which must be signed with `secret` within five minutes of `nowMs`. */
export function parseNotice(
  webhooks: Stripe["webhooks"],
  secret: string,
  rawBody: Uint8Array,
  signature: string,
  nowMs: EpochMs,
): RailNotice {
  refuseFuture(signature, nowMs);
  try {
    const toleranceSeconds = TOLERANCE_MS / SECOND_MS;
    return noticeOf(
      webhooks.constructEvent(rawBody, signature, secret, toleranceSeconds, undefined, nowMs),
    );
  } catch {
    throw new BillingError("rail_signature_invalid");
  }
}

// The SDK refuses what is too old and takes whatever is dated ahead, which could be replayed for
// long.
function refuseFuture(signature: string, nowMs: EpochMs): void {
  const seconds = Number(/(?:^|,)t=(\d{1,12})(?:,|$)/.exec(signature)?.[1]);
  if (seconds * SECOND_MS <= nowMs + TOLERANCE_MS) return;
  throw new BillingError("rail_signature_invalid");
}

/** @throws whatever, for what was signed and is no event all the same */
function noticeOf(event: Stripe.Event): RailNotice {
  const { id: objectRef = null } = event.data.object as { readonly id?: string };
  assert(typeof event.id === "string" && typeof event.type === "string", "events are named");
  const about = objectRef === null ? null : (ABOUT.get(event.type) ?? null);
  return { id: event.id, type: event.type, about, objectRef: objectRef ?? "" };
}
