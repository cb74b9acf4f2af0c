import Stripe from "stripe";

/** A notice as Stripe would send it at `atMs`, of a payment that succeeded. */
export function signedNotice(secret: string, atMs: number) {
  const payload = JSON.stringify({
    id: "evt_1",
    object: "event",
    type: "payment_intent.succeeded",
    data: { object: { id: "pi_1", object: "payment_intent" } },
  });
  const signature = Stripe.webhooks.generateTestHeaderString({
    payload,
    secret,
    timestamp: Math.floor(atMs / 1000),
  });
  return { rawBody: Buffer.from(payload), signature };
}
