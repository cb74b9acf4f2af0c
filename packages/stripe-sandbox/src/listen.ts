import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import type { StripeSandbox } from "./sandbox.ts";

export type ListenOptions = {
  /** The default is 4242; 0 takes any free port. */
  readonly port?: number;
  /** The default is 127.0.0.1: the sandbox is for this machine. */
  readonly host?: string;
};

export type ListeningSandbox = {
  readonly url: string;
  readonly port: number;
  /** Stops answering, cutting open connections. The sandbox itself stays as it is. */
  readonly close: () => Promise<void>;
};

/** Serves a sandbox over HTTP. @throws when the port is taken. */
export async function listen(
  sandbox: StripeSandbox,
  { port = 4242, host = "127.0.0.1" }: ListenOptions = {},
): Promise<ListeningSandbox> {
  const server = createServer(requestListener(sandbox));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const { port: boundPort } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${boundPort}`,
    port: boundPort,
    close: () => closeServer(server),
  };
}

/** The sandbox as a listener of `node:http`, to be mounted in a server that exists already. */
export function requestListener(sandbox: StripeSandbox): RequestListener {
  return (incoming, outgoing) => {
    const hangUp = new AbortController();
    outgoing.once("close", () => hangUp.abort());
    sandbox
      .fetch(toRequest(incoming, hangUp.signal))
      .then(async (response) => {
        outgoing.writeHead(response.status, Object.fromEntries(response.headers));
        outgoing.end(Buffer.from(await response.arrayBuffer()));
      })
      .catch(() => outgoing.destroy());
  };
}

function toRequest(incoming: IncomingMessage, signal: AbortSignal): Request {
  const { method = "GET", url = "/", headersDistinct } = incoming;
  const headers = new Headers();
  for (const [name, values] of Object.entries(headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  const hasBody = method !== "GET" && method !== "HEAD";
  return new Request(new URL(url, "http://sandbox.invalid"), {
    method,
    headers,
    signal,
    ...(hasBody ? { body: Readable.toWeb(incoming) as ReadableStream, duplex: "half" } : {}),
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    server.closeAllConnections();
  });
}
