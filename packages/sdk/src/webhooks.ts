import { FarthingWebhookError, type WebhookFailure } from "./errors.ts";
import { isJsonObject } from "./json.ts";
import type { WebhookEventIn } from "./webhook-events.ts";

/** A fetch request's `Headers`, Node's `request.headers`, or any object of that form. */
export type WebhookHeaders =
  | Headers
  | Readonly<Record<string, string | readonly string[] | undefined>>;

export interface VerifyOptions<Dialect extends keyof WebhookEventIn = keyof WebhookEventIn> {
  /** The endpoint's own. Default `metered`. */
  readonly dialect?: Dialect;
  /** How far the message's time may be off, in either direction. Default 300. */
  readonly toleranceSeconds?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

interface Signed {
  readonly id: string;
  readonly timestamp: string;
  readonly signatures: string;
}

export const webhooks = {
  /**
   * Checks a message by the Standard Webhooks scheme (HMAC-SHA256 under `secret`, `whsec_…`) and
   * gives its event. `payload` is the body as received: parsed and written again it would differ.
   * While a secret is rotated a message has several signatures, of which one must fit.
   *
   * Rejects with FarthingWebhookError, whose `code` says what is wrong.
   */
  async verify<Dialect extends keyof WebhookEventIn = "metered">(
    payload: string | Uint8Array,
    headers: WebhookHeaders,
    secret: string,
    { dialect, toleranceSeconds = 300, now = Date.now }: VerifyOptions<Dialect> = {},
  ): Promise<WebhookEventIn[Dialect]> {
    if (typeof payload !== "string" && !(payload instanceof Uint8Array)) {
      throw new TypeError("payload is the raw body: text or bytes, not a parsed object.");
    }
    const signed = readHeaders(headers);
    checkTime(signed.timestamp, Math.floor(now() / 1000), toleranceSeconds);
    const bytes = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
    await checkSignature(signed, bytes, decodeSecret(secret));
    const read = readers[dialect ?? "metered"];
    // What is inside is the sender's word, and the signature has just shown who the sender is.
    return (read(signed.id, readObject(bytes)) ?? refuse("payload_invalid")) as never;
  },
};

function readHeaders(headers: WebhookHeaders): Signed {
  const id = readHeader(headers, "webhook-id");
  const timestamp = readHeader(headers, "webhook-timestamp");
  const signatures = readHeader(headers, "webhook-signature");
  if (!id || !timestamp || !signatures) return refuse("header_missing");
  return { id, timestamp, signatures };
}

function readHeader(headers: WebhookHeaders, name: string): string | null {
  if (isFetchHeaders(headers)) return headers.get(name);
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof found === "string" ? found : (found?.join(" ") ?? null);
}

/** By form and not by `instanceof`: a fetch library may bring a Headers class of its own. */
function isFetchHeaders(headers: WebhookHeaders): headers is Headers {
  return typeof headers["get"] === "function";
}

function checkTime(timestamp: string, nowSeconds: number, toleranceSeconds: number): void {
  if (!/^\d{1,12}$/.test(timestamp)) refuse("timestamp_invalid");
  const ageSeconds = nowSeconds - Number(timestamp);
  if (ageSeconds > toleranceSeconds) refuse("timestamp_too_old");
  if (ageSeconds < -toleranceSeconds) refuse("timestamp_too_new");
}

async function checkSignature(
  { id, timestamp, signatures }: Signed,
  payload: Uint8Array,
  secret: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", secret, algorithm, false, ["verify"]);
  const message = concatenate(new TextEncoder().encode(`${id}.${timestamp}.`), payload);
  for (const candidate of signatures.split(" ")) {
    if (!candidate.startsWith("v1,")) continue;
    const signature = decodeBase64(candidate.slice(3));
    // Web Crypto compares in constant time, which is why no comparison is written here.
    if (signature && (await crypto.subtle.verify("HMAC", key, signature, message))) return;
  }
  refuse("signature_mismatch");
}

function readObject(payload: Uint8Array): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
    if (isJsonObject(body) && isJsonObject(body["data"])) return body;
  } catch {
    // Refused like any other form.
  }
  return refuse("payload_invalid");
}

/** What an event of each dialect looks like; null when this is none. */
const readers = {
  metered: (id: string, { event, data }: Record<string, unknown>) =>
    typeof event === "string" ? { id, event, data } : null,
  native: (id: string, { type, occurred_at, number, data }: Record<string, unknown>) =>
    typeof type === "string" ? { id, type, occurred_at, number, data } : null,
} satisfies Record<keyof WebhookEventIn, unknown>;

function decodeSecret(secret: string): Uint8Array<ArrayBuffer> {
  const bytes = typeof secret === "string" ? decodeBase64(secret.replace(/^whsec_/, "")) : null;
  return bytes && bytes.length > 0 ? bytes : refuse("secret_invalid");
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

function concatenate(head: Uint8Array, tail: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}

function refuse(code: WebhookFailure): never {
  throw new FarthingWebhookError(code);
}
