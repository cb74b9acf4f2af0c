import type { EpochMs } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import type { Dialect } from "./dialect.ts";

/** An address of the merchant's that wants to be told what happens. */
export interface WebhookEndpoint {
  readonly endpointId: bigint;
  readonly url: string;
  readonly dialect: Dialect;
  /** The types it wants, in its dialect's words; null for all of them. */
  readonly eventTypes: readonly string[] | null;
  /** Signs what is sent there: `whsec_` and the base64 of 32 bytes. */
  readonly secret: string;
  /** A disabled endpoint is sent nothing. */
  readonly status: "enabled" | "disabled";
  readonly createdAtMs: EpochMs;
}

export function wantsType(endpoint: WebhookEndpoint, type: string): boolean {
  return endpoint.eventTypes === null || endpoint.eventTypes.includes(type);
}

/**
 * The address in the form in which it is kept. Throws `webhook_url_refused` for anything but http and
 * https, for http on the live side, and for an address that carries a user's name or password. Which
 * machine the name leads to is judged at each connection, since it may change.
 */
export function endpointUrl(text: string, side: "live" | "sandbox"): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) throw refusal("it is not a URL");
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw refusal("it is not http or https");
  if (url.protocol === "http:" && side === "live") throw refusal("the live side needs https");
  if (url.username !== "" || url.password !== "") throw refusal("it carries credentials");
  url.hash = "";
  return url.href;
}

function refusal(reason: string): BillingError {
  return new BillingError("webhook_url_refused", { reason });
}
