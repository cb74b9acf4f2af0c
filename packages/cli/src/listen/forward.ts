import { createHmac, randomBytes } from "node:crypto";
import { messageOf } from "../failure.ts";

export interface ForwardedMessage {
  readonly id: string;
  readonly body: string;
}

/** Where messages go, and what they are signed with. */
export interface ForwardTarget {
  readonly url: string;
  readonly secret: string;
}

/** What the local server said: its status, or why there was none. */
export interface Forwarded {
  readonly status: number | null;
  readonly error: string | null;
  readonly durationMs: number;
}

export interface Patience {
  readonly signal: AbortSignal;
  /** Resolves early when the signal is aborted. */
  readonly wait: (delayMs: number, signal: AbortSignal) => Promise<void>;
  /** Told of each failure that is tried again. */
  readonly onRetry: (failed: Forwarded, pauseMs: number) => void;
}

const TIMEOUT_MS = 15_000;
/** Long enough for a program that restarts when its source is saved. */
const RETRY_PAUSES_MS = [1_000, 2_000, 4_000] as const;

export function newSecret(): string {
  return `whsec_${randomBytes(32).toString("base64")}`;
}

export function isTaken({ status }: Forwarded): boolean {
  return status !== null && status >= 200 && status < 300;
}

/** Posts a message until it is taken, up to four times. Answers how the last try ended. */
export async function forwardPatiently(
  message: ForwardedMessage,
  target: ForwardTarget,
  { signal, wait, onRetry }: Patience,
): Promise<Forwarded> {
  for (const pauseMs of RETRY_PAUSES_MS) {
    const forwarded = await forward(message, target);
    if (isTaken(forwarded) || signal.aborted) return forwarded;
    onRetry(forwarded, pauseMs);
    await wait(pauseMs, signal);
    if (signal.aborted) return forwarded;
  }
  return forward(message, target);
}

/** Posts a message once, signed as the server signs what it sends to an endpoint. Never throws. */
async function forward(
  { id, body }: ForwardedMessage,
  { url, secret }: ForwardTarget,
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
