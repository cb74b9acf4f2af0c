import { createHmac } from "node:crypto";

/** Stripe's signature header: the instant and the HMAC-SHA256, by the endpoint's secret, of both. */
export function signatureHeader(secret: string, body: string, nowMs: number): string {
  const second = Math.floor(nowMs / 1_000);
  const signature = createHmac("sha256", secret).update(`${second}.${body}`).digest("hex");
  return `t=${second},v1=${signature}`;
}
