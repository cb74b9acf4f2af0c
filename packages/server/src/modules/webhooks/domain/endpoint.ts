import type { EpochMs } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import type { Dialect } from "./dialect.ts";

/** Why an endpoint is sent nothing: it answered 410, failed for days, or its owner has asked for it. */
export type DisablingReason = "gone" | "failing" | "asked";

export const disablingReasons = [
  "gone",
  "failing",
  "asked",
] as const satisfies readonly DisablingReason[];

/** The secret that the present one has replaced, with which messages are signed as well for a while. */
export interface RetiredSecret {
  readonly secret: string;
  readonly untilMs: EpochMs;
}

/** An address of the merchant's that wants to be told what happens. */
export interface WebhookEndpoint {
  readonly endpointId: bigint;
  readonly url: string;
  readonly dialect: Dialect;
  /** The types it wants, in its dialect's words; null for all of them. */
  readonly eventTypes: readonly string[] | null;
  /** Signs what is sent there: `whsec_` and the base64 of 32 bytes. */
  readonly secret: string;
  readonly retiredSecret: RetiredSecret | null;
  /** A disabled endpoint is sent nothing. */
  readonly status: "enabled" | "disabled";
  readonly disabledReason: DisablingReason | null;
  readonly disabledAtMs: EpochMs | null;
  /** When the first try failed after the last one that succeeded; null while all is well. */
  readonly failingSinceMs: EpochMs | null;
  readonly createdAtMs: EpochMs;
}

export function wantsType(endpoint: WebhookEndpoint, type: string): boolean {
  return endpoint.eventTypes === null || endpoint.eventTypes.includes(type);
}

/**
 * The types as they are kept, each once. Throws `webhook_event_type_unknown` for one that the dialect
 * never tells: an endpoint that waits for a misspelt type would wait for ever.
 */
export function wantedTypes(
  types: readonly string[] | null,
  known: readonly string[],
): readonly string[] | null {
  if (types === null) return null;
  const unknown = types.filter((type) => !known.includes(type));
  if (unknown.length > 0) throw new BillingError("webhook_event_type_unknown", { unknown, known });
  return [...new Set(types)];
}

/** What of an endpoint changes when its owner enables or disables it. */
export function withStatus(
  endpoint: WebhookEndpoint,
  status: WebhookEndpoint["status"],
  nowMs: EpochMs,
): Partial<WebhookEndpoint> {
  if (status === endpoint.status) return {};
  return status === "enabled"
    ? { status, disabledReason: null, disabledAtMs: null, failingSinceMs: null }
    : { status, disabledReason: "asked", disabledAtMs: nowMs };
}

/** Every secret that a message is signed with now, the present one first. */
export function signingSecrets(endpoint: WebhookEndpoint, nowMs: EpochMs): readonly string[] {
  const { secret, retiredSecret } = endpoint;
  const isRetiredKnown = retiredSecret !== null && nowMs < retiredSecret.untilMs;
  return isRetiredKnown ? [secret, retiredSecret.secret] : [secret];
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
