import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** When a client dies: as its nth request arrives, or once the server has done what it asked. */
export interface Death {
  readonly request: number;
  readonly when: "before_it_is_passed_on" | "before_it_is_answered";
  readonly kill: () => void;
}

export interface KillingLine {
  readonly url: string;
  /** Counts requests anew; null lets all of them through. */
  arm(death: Death | null): void;
  close(): Promise<void>;
}

/** A line to a server on which a client is killed at the worst moments. */
export async function startKillingLine(serverUrl: string): Promise<KillingLine> {
  let armed: Death | null = null;
  let count = 0;

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    count += 1;
    const death = armed?.request === count ? armed : null;
    if (death?.when === "before_it_is_passed_on") return death.kill();
    const { method = "", url = "", headers } = request;
    const { authorization = "", "content-type": contentType = "" } = headers;
    const answer = await fetch(serverUrl + url, {
      method,
      headers: { authorization, "content-type": contentType },
      body,
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    if (death !== null) return death.kill();
    response.writeHead(answer.status, { "content-type": "application/json" }).end(bytes);
  }

  // A client that was killed while it sent has nobody left to be answered.
  const server = createServer((request, response) => void pass(request, response).catch(() => {}));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    arm(death) {
      armed = death;
      count = 0;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
