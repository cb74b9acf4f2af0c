import { createHmac, randomBytes } from "node:crypto";
import { messageOf } from "../failure.ts";

export interface ForwardedMessage {
  readonly id: string;
  readonly body: string;
}

/** What the local server said: its status, or why there was none. */
export interface Forwarded {
  readonly status: number | null;
  readonly error: string | null;
  readonly durationMs: number;
}

const TIMEOUT_MS = 15_000;

export function newSecret(): string {
  return `whsec_${randomBytes(32).toString("base64")}`;
}

/** Posts a message once, signed as the server signs what it sends to an endpoint. Never throws. */
export async function forward(
  { id, body }: ForwardedMessage,
  { url, secret }: { readonly url: string; readonly secret: string },
): Promise<Forwarded> {
  const startedMs = performance.now();
  const ended = (status: number | null, error: string | null): Forwarded => ({
    status,
    error,
    durationMs: Math.round(performance.now() - startedMs),
  });
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...signatureHeaders(id, body, secret) },
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await answer.body?.cancel();
    return ended(answer.status, null);
  } catch (error) {
    return ended(null, reasonOf(error));
  }
}

/** The headers of Standard Webhooks. */
function signatureHeaders(id: string, body: string, secret: string): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${signature}`,
  };
}

/** fetch hides behind its own words what went wrong. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && "code" in cause ? cause.code : null;
  return typeof code === "string" ? code : messageOf(cause);
}
