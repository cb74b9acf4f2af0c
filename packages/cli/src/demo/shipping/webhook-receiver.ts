import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import Farthing, { FarthingWebhookError, type WebhookEvent } from "@farthing/sdk";
import { CommandFailure } from "../../failure.ts";

export interface WebhookReceiver {
  readonly url: string;
  /** Believes only what is signed with this secret; until it is set, nothing. */
  trust(secret: string): void;
  /** The messages about one subscription so far, each once however often it was sent. */
  messagesAbout(subscriptionUid: string): readonly WebhookEvent[];
  /** Resolves with the message of this name, which may have come already. */
  waitFor(event: WebhookEvent["event"], subscriptionUid: string): Promise<WebhookEvent>;
  close(): Promise<void>;
}

const WAIT_MAX_MS = 60_000;

/** A real HTTP server on this machine, as a merchant would run one. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const messages = new Map<string, WebhookEvent>();
  const watchers = new Set<() => void>();
  let secret: string | null = null;

  const receive = async (request: IncomingMessage): Promise<number> => {
    const body = await text(request);
    if (secret === null) return 503;
    try {
      const message = await Farthing.webhooks.verify(body, request.headers, secret);
      messages.set(message.id, message);
      for (const look of watchers) look();
      return 204;
    } catch (error) {
      if (error instanceof FarthingWebhookError) return 400;
      throw error;
    }
  };
  const server = createServer((request, response) => {
    receive(request).then(
      (status) => response.writeHead(status).end(),
      () => response.writeHead(500).end(),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  const messagesAbout = (uid: string) =>
    [...messages.values()].filter(({ data }) => data.subscription.uid === uid);

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`,
    trust(given) {
      secret = given;
    },
    messagesAbout,
    waitFor: (event, uid) =>
      new Promise((resolve, reject) => {
        const giveUp = () => {
          watchers.delete(look);
          reject(new CommandFailure(`The webhook ${event} did not come within a minute.`));
        };
        const timer = setTimeout(giveUp, WAIT_MAX_MS);
        const look = () => {
          const found = messagesAbout(uid).find((message) => message.event === event);
          if (found === undefined) return;
          clearTimeout(timer);
          watchers.delete(look);
          resolve(found);
        };
        watchers.add(look);
        look();
      }),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
