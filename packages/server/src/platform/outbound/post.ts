import http from "node:http";
import https from "node:https";
import type { LookupFunction } from "node:net";
import { SECOND_MS } from "#kernel/clock.ts";
import { type Agents, createAgents, isPrivateAddress, type PrivateAddresses } from "./agents.ts";

export interface PostRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body: string;
}

/** What came of it: the answer's status, or in a few words why there was none. */
export type PostResult =
  | {
      readonly status: number;
      readonly error: null;
      /** The header `Retry-After` as it came. */
      readonly retryAfter: string | null;
    }
  | { readonly status: null; readonly error: string; readonly retryAfter: null };

/** Sends to addresses that other people chose. */
export interface Poster {
  /**
   * Resolves when the exchange is over and its connection is closed or free again. Never throws: what
   * goes wrong is a result. Redirects are answers like any other.
   */
  post(request: PostRequest): Promise<PostResult>;
  /** Closes the connections that are kept open. */
  close(): void;
}

export interface PosterOptions {
  /**
   * "refuse" sends to public addresses only, checked when the connection is made, so that no name
   * leads to our own network whatever it resolves to. "allow" is for local development.
   */
  readonly privateAddresses: PrivateAddresses;
  /** For the whole exchange, from resolving the name to the answer's last byte. */
  readonly timeoutMs?: number;
  /** Resolves names; the system's way if not given. */
  readonly lookup?: LookupFunction;
}

/** How long a post may take. */
export const POST_TIMEOUT_MS = 15 * SECOND_MS;
const ANSWER_BYTES_MAX = 16 * 1024;
const HEADER_BYTES_MAX = 16 * 1024;

export function createPoster(options: PosterOptions): Poster {
  const { timeoutMs = POST_TIMEOUT_MS } = options;
  const agents = createAgents(options.privateAddresses, options.lookup);
  return {
    post: (request) => post(request, agents, performance.now() + timeoutMs),
    close: agents.close,
  };
}

async function post(request: PostRequest, agents: Agents, deadlineMs: number): Promise<PostResult> {
  try {
    return await attempt(request, agents, deadlineMs);
  } catch (error) {
    // A kept connection that the other side had closed meanwhile: nothing has been tried yet.
    if (error instanceof StaleConnectionError) return post(request, agents, deadlineMs);
    return { status: null, error: inAFewWords(error as Error), retryAfter: null };
  }
}

/**
 * One exchange. Its answer is in the status line; the rest is read so that the connection can be used
 * again, and whoever does not come to an end there is cut off and has answered all the same.
 */
async function attempt(
  request: PostRequest,
  agents: Agents,
  deadlineMs: number,
): Promise<PostResult> {
  const url = new URL(request.url);
  const agent = agents.of(url);
  return new Promise((resolve, reject) => {
    let answered: PostResult | null = null;
    const outgoing = (url.protocol === "https:" ? https : http).request(url, {
      method: "POST",
      agent,
      maxHeaderSize: HEADER_BYTES_MAX,
      headers: {
        ...request.headers,
        "content-type": "application/json",
        "content-length": Buffer.byteLength(request.body),
        "user-agent": "Farthing",
      },
    });
    const remainingMs = Math.max(0, deadlineMs - performance.now());
    const deadline = setTimeout(() => outgoing.destroy(new TimeoutError()), remainingMs);
    outgoing.on("response", (answer) => {
      const { statusCode = 0, headers } = answer;
      answered = { status: statusCode, error: null, retryAfter: headers["retry-after"] ?? null };
      discard(answer);
    });
    outgoing.on("error", (error) => {
      const isStale = outgoing.reusedSocket && codeOf(error) === "ECONNRESET";
      if (answered === null) reject(isStale ? new StaleConnectionError() : error);
    });
    outgoing.on("close", () => {
      clearTimeout(deadline);
      if (answered === null) reject(new Error("closed without an answer"));
      else resolve(answered);
    });
    outgoing.end(request.body);
  });
}

class StaleConnectionError extends Error {
  override readonly name = "StaleConnectionError";
}

class TimeoutError extends Error {
  override readonly name = "TimeoutError";
}

/** Reads a short answer to its end, so that the connection can be used again, and cuts a long one. */
function discard(answer: http.IncomingMessage): void {
  let bytes = 0;
  answer.on("error", () => undefined);
  answer.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) answer.destroy();
  });
}

/** Names no address: where a name leads to inside our network is nothing the other side may learn. */
function inAFewWords(error: Error): string {
  if (error instanceof TimeoutError) return "no answer in time";
  if (isPrivateAddress(error)) return "the address is not public";
  const code = codeOf(error);
  if (code === undefined) return "no connection";
  return code.startsWith("HPE_") ? `no HTTP answer: ${code}` : `no connection: ${code}`;
}

function codeOf(error: Error): string | undefined {
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? code : undefined;
}
