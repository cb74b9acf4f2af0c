import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body's JSON; undefined for an empty body. */
  readonly json: unknown;
}

/** What to do with one request, or how to find out from what it says. */
export type Reply = Answer | ((request: Received) => Answer);

/** `silence` leaves it unanswered, `hang_up` breaks the connection. */
type Answer =
  | "silence"
  | "hang_up"
  | "hang_up_midway"
  | {
      readonly status?: number;
      readonly headers?: Record<string, string>;
      readonly json?: unknown;
      readonly text?: string;
    };

/**
 * A real HTTP server that answers from a script, in order, and writes down what it was sent. One for
 * each test: what a call that was given up sends late must not take an answer of the next test's script.
 */
export async function startWireServer() {
  const received: Received[] = [];
  const replies: Reply[] = [];
  let onArrival = () => {};
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString("utf8");
    const { method = "", url = "", headers } = request;
    const json: unknown = text === "" ? undefined : JSON.parse(text);
    const arrival = { method, url, headers, text, json };
    received.push(arrival);
    const reply = replies.shift();
    answer(response, typeof reply === "function" ? reply(arrival) : reply);
    onArrival();
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    /** The next answers; a request beyond the script gets a 599, which no client retries. */
    script: (...next: Reply[]) => void replies.push(...next),
    /** Resolves once a request has been read whole. */
    nextArrival: () => new Promise<void>((resolve) => (onArrival = resolve)),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export type WireServer = Awaited<ReturnType<typeof startWireServer>>;

function answer(response: ServerResponse, reply: Answer = { status: 599 }): void {
  if (reply === "silence") return;
  if (reply === "hang_up") return void response.destroy();
  if (reply === "hang_up_midway") {
    response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
    response.write('{"state":"ok","da', () => response.destroy());
    return;
  }
  const {
    status = 200,
    headers = {},
    json,
    text = json === undefined ? "" : JSON.stringify(json),
  } = reply;
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(text);
}
