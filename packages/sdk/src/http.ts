import { type Config, checkedTimeoutMs } from "./config.ts";
import { FarthingConnectionError, FarthingError } from "./errors.ts";
import { isJsonObject, textMember } from "./json.ts";
import { parseRetryAfterMs, withRetries } from "./retry.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface CallOptions {
  /** Ends the call, waits between tries included; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** For this call in place of the client's own. */
  readonly timeoutMs?: number | undefined;
}

export interface WriteOptions extends CallOptions {
  /** Yours, if the same call may be made again by another process; else one is made. */
  readonly idempotencyKey?: string | undefined;
}

interface Call extends WriteOptions {
  readonly method: Method;
  readonly path: string;
  readonly query?: Query | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
}

export interface Success {
  readonly status: number;
  /** Parsed JSON; undefined for an empty answer. */
  readonly body: unknown;
}

/** Makes a call and tries again where that can help. Every try sends the same bytes. */
export type Send = (call: Call) => Promise<Success>;

interface Answer {
  readonly status: number;
  readonly isSuccess: boolean;
  readonly headers: Headers;
  readonly text: string;
}

export function createSend(config: Config): Send {
  return async (call) => {
    const url = config.baseUrl + pathWithQuery(call.path, call.query);
    const init = requestInit(config, call);
    const timeoutMs = checkedTimeoutMs(call.timeoutMs ?? config.timeoutMs);
    const attempt = async () =>
      readAnswer(await exchange(config, url, init, timeoutMs, call.signal), config.now());
    return withRetries(attempt, config.retry, call.signal);
  };
}

function pathWithQuery(path: string, query: Query = {}): string {
  if (!path.startsWith("/")) throw new TypeError(`A path starts with "/": ${path}`);
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value != null) search.set(name, String(value));
  }
  if (search.size === 0) return path;
  return `${path}${path.includes("?") ? "&" : "?"}${search}`;
}

function requestInit(config: Config, { method, body, idempotencyKey }: Call): RequestInit {
  const headers = new Headers({
    accept: "application/json",
    authorization: `Bearer ${config.accessToken}`,
  });
  if (idempotencyKey !== undefined) headers.set("idempotency-key", idempotencyKey);
  // A redirect would turn a POST into a GET, and a wrong base URL into a puzzle.
  const init: RequestInit = { method, headers, redirect: "manual" };
  if (body === undefined) return init;
  headers.set("content-type", "application/json");
  return { ...init, body: JSON.stringify(body) };
}

/** One try: the whole answer, or a FarthingConnectionError, or the caller's own reason to stop. */
async function exchange(
  config: Config,
  url: string,
  init: RequestInit,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const ending = new AbortController();
  let isTimedOut = false;
  const timer = setTimeout(() => {
    isTimedOut = true;
    ending.abort();
  }, timeoutMs);
  const forwardAbort = () => ending.abort(signal?.reason);
  signal?.addEventListener("abort", forwardAbort, { once: true });
  try {
    const response = await config.fetch(url, { ...init, signal: ending.signal });
    const { status, ok, headers } = response;
    return { status, isSuccess: ok, headers, text: await response.text() };
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    throw isTimedOut
      ? new FarthingConnectionError("timed_out", `No answer within ${timeoutMs} ms.`, cause)
      : new FarthingConnectionError(
          "connection_failed",
          `${config.baseUrl} could not be reached, or the connection broke.`,
          cause,
        );
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", forwardAbort);
  }
}

function readAnswer(answer: Answer, nowMs: number): Success {
  const body = answer.text === "" ? undefined : parseJson(answer.text);
  if (answer.isSuccess && body !== NOT_JSON) return { status: answer.status, body };
  throw refusalOf(answer, body === NOT_JSON ? answer.text : body, nowMs);
}

const NOT_JSON = Symbol("not JSON");

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return NOT_JSON;
  }
}

/**
 * Reads every shape of refusal that the server has: `{state, error: {code, message, errors}}`, an
 * RFC 9457 problem, and `{error: "text"}`.
 */
function refusalOf({ status, isSuccess, headers }: Answer, body: unknown, nowMs: number) {
  const outer = isJsonObject(body) ? body : {};
  const error = isJsonObject(outer["error"]) ? outer["error"] : outer;
  const errors = error["errors"] ?? outer["errors"];
  return new FarthingError({
    status,
    code: textMember(error, "code") ?? (isSuccess ? "answer_unreadable" : `http_${status}`),
    message:
      textMember(error, "message") ??
      textMember(error, "detail") ??
      textMember(error, "title") ??
      textMember(outer, "error") ??
      unexplained(status, isSuccess),
    requestId: textMember(outer, "request_id") ?? headers.get("x-request-id"),
    details: Array.isArray(errors) ? errors : [],
    retryAfterMs: parseRetryAfterMs(headers.get("retry-after"), nowMs),
    body,
  });
}

function unexplained(status: number, isSuccess: boolean): string {
  if (isSuccess) return `The server answered ${status} with something that is not JSON.`;
  // A browser hides a redirect's status and shows 0.
  if (status < 400) return "The server answered with a redirect. Check baseUrl.";
  return `The server answered ${status} without saying why.`;
}
