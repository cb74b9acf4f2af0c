import { FarthingError } from "./errors.ts";
import type { Send, Success } from "./http.ts";
import { isJsonObject, textMember } from "./json.ts";
import { backoffMs, type RetryTools } from "./retry.ts";
import type { QueuedUsage } from "./usage-store.ts";

/** Why an event was not counted and never will be as it is. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** What the server made of one event; null when it is counted, by this try or an earlier one. */
export type Verdict = Refusal | null;

/** A try that failed for reasons that may pass. */
export interface FailedTry {
  /** A FarthingError or a FarthingConnectionError. */
  readonly error: unknown;
  /** How often these events were tried, this time included. */
  readonly attemptCount: number;
  readonly retryInMs: number;
}

export interface DeliveryTools {
  /** Makes one try and no more. */
  readonly send: Send;
  readonly retry: RetryTools;
  readonly onFailedTry: (failed: FailedTry) => void;
}

/**
 * Sends events until the server has judged each of them, however long that takes; rejects with the
 * signal's reason only. Every try repeats the same events, so what a lost answer had counted is
 * found to be a duplicate.
 */
export async function deliverUsage(
  tools: DeliveryTools,
  events: readonly QueuedUsage[],
  signal: AbortSignal,
): Promise<readonly Verdict[]> {
  const { send, retry, onFailedTry } = tools;
  for (let attemptCount = 1; ; attemptCount += 1) {
    signal.throwIfAborted();
    try {
      const answer = await send({ method: "POST", path: "/v1/usage", body: events, signal });
      return verdictsOf(answer, events.length);
    } catch (error) {
      signal.throwIfAborted();
      if (isAboutContent(error)) return judgeApart(tools, events, { error, signal });
      const retryInMs = backoffMs(error, attemptCount, retry.policy, retry.random);
      onFailedTry({ error, attemptCount, retryInMs });
      await retry.sleep(retryInMs, signal);
    }
  }
}

/** A request that is refused as a whole is sent in halves, until the event at fault stands alone. */
async function judgeApart(
  tools: DeliveryTools,
  events: readonly QueuedUsage[],
  { error, signal }: { readonly error: FarthingError; readonly signal: AbortSignal },
): Promise<readonly Verdict[]> {
  if (events.length <= 1) return events.map(() => ({ code: error.code, message: error.message }));
  const middle = Math.ceil(events.length / 2);
  return [
    ...(await deliverUsage(tools, events.slice(0, middle), signal)),
    ...(await deliverUsage(tools, events.slice(middle), signal)),
  ];
}

/**
 * Whether the events themselves are at fault. All else passes or is put right on the other side,
 * a revoked token and a wrong address too: meanwhile the events wait.
 */
function isAboutContent(error: unknown): error is FarthingError {
  if (!(error instanceof FarthingError)) return false;
  const isOurServer = !error.code.startsWith("http_");
  return error.status === 413 || (isOurServer && [400, 422].includes(error.status));
}

function verdictsOf({ status, body }: Success, count: number): readonly Verdict[] {
  const results = isJsonObject(body) ? body["results"] : undefined;
  if (Array.isArray(results) && results.length === count) return results.map(verdictOf);
  throw new FarthingError({
    status,
    code: "answer_unreadable",
    message: "The answer is not that of a Farthing server. Check baseUrl.",
    requestId: null,
    details: [],
    retryAfterMs: null,
    body,
  });
}

function verdictOf(result: unknown): Verdict {
  const { status, ...rest } = isJsonObject(result) ? result : {};
  if (status === "recorded" || status === "duplicate") return null;
  const code = textMember(rest, "code") ?? "answer_unreadable";
  const message = textMember(rest, "message") ?? "The server did not say why.";
  return { code, message: code === "usage_too_late" ? `${message} ${TOO_LATE}` : message };
}

const TOO_LATE =
  "It waited longer than the server keeps references (this calendar month and the one before), so " +
  "an earlier try may have been counted and forgotten. Look for it with listUsage before recording " +
  "it anew.";
