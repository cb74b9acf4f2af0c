import http from "node:http";
import https from "node:https";
import { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } from "request-filtering-agent";
import { SECOND_MS } from "#kernel/clock.ts";

export interface PostRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body: string;
}

/** What came of it: the status that was answered, or in a few words why there was none. */
export type PostResult =
  | { readonly status: number; readonly error: null }
  | { readonly status: null; readonly error: string };

/** Sends to addresses that other people chose. */
export interface Poster {
  /** Never throws: what goes wrong is a result. Redirects are answers like any other. */
  post(request: PostRequest): Promise<PostResult>;
  /** Closes the connections that are kept open. */
  close(): void;
}

export interface PosterOptions {
  /**
   * "refuse" sends to public addresses only, checked when the connection is made, so that no name
   * leads to our own network whatever it resolves to. "allow" is for local development.
   */
  readonly privateAddresses: "refuse" | "allow";
  /** From connecting to the status line. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 15 * SECOND_MS;
const ANSWER_BYTES_MAX = 16 * 1024;
const KEEP_ALIVE = { keepAlive: true, maxFreeSockets: 64 };

export function createPoster(options: PosterOptions): Poster {
  const { timeoutMs = TIMEOUT_MS } = options;
  const agents = agentsFor(options.privateAddresses);
  return {
    post: (request) => post(request, agents, timeoutMs),
    close() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

interface Agents {
  readonly http: http.Agent;
  readonly https: https.Agent;
}

function agentsFor(privateAddresses: PosterOptions["privateAddresses"]): Agents {
  if (privateAddresses === "allow") {
    return { http: new http.Agent(KEEP_ALIVE), https: new https.Agent(KEEP_ALIVE) };
  }
  return {
    http: new RequestFilteringHttpAgent(KEEP_ALIVE),
    https: new RequestFilteringHttpsAgent(KEEP_ALIVE),
  };
}

async function post(request: PostRequest, agents: Agents, timeoutMs: number): Promise<PostResult> {
  try {
    return await attempt(request, agents, timeoutMs);
  } catch (error) {
    // A kept connection that the other side had closed meanwhile: nothing has been tried yet.
    if (error instanceof StaleConnectionError) return post(request, agents, timeoutMs);
    return { status: null, error: inAFewWords(error as Error) };
  }
}

function attempt(request: PostRequest, agents: Agents, timeoutMs: number): Promise<PostResult> {
  const url = new URL(request.url);
  const isSecure = url.protocol === "https:";
  return new Promise((resolve, reject) => {
    const outgoing = (isSecure ? https : http).request(url, {
      method: "POST",
      agent: isSecure ? agents.https : agents.http,
      headers: {
        ...request.headers,
        "content-type": "application/json",
        "content-length": Buffer.byteLength(request.body),
        "user-agent": "Farthing",
      },
    });
    const deadline = setTimeout(() => outgoing.destroy(new TimeoutError()), timeoutMs);
    outgoing.on("response", (answer) => {
      resolve({ status: answer.statusCode ?? 0, error: null });
      discard(answer);
    });
    outgoing.on("error", (error) => {
      const isStale = outgoing.reusedSocket && codeOf(error) === "ECONNRESET";
      reject(isStale ? new StaleConnectionError() : error);
    });
    outgoing.on("close", () => {
      clearTimeout(deadline);
      reject(new Error("closed without an answer"));
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
  if (/is not allowed\. Because/.test(error.message)) return "the address is not public";
  const code = codeOf(error);
  return code === undefined ? "no connection" : `no connection: ${code}`;
}

function codeOf(error: Error): string | undefined {
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? code : undefined;
}
