import type { Transaction } from "../state/transaction.ts";

/** An endpoint that exists from the start. */
export type ConfiguredEndpoint = {
  readonly url: string;
  /** What signs its webhooks. Without it, the one that the endpoint has, or a new one. */
  readonly secret?: string;
  /** Names of events; all of them without it. */
  readonly enabledEvents?: readonly string[];
};

/**
 * Makes the endpoints exist. One that is there already, by its address, keeps its id, so that what
 * was still to be delivered to it is delivered.
 */
export function ensureEndpoints(tx: Transaction, wanted: readonly ConfiguredEndpoint[]): void {
  for (const { url, secret: chosen, enabledEvents = ["*"] } of wanted) {
    const present = tx.newestFirst("webhook_endpoint").find((endpoint) => endpoint.url === url);
    const secret = chosen ?? present?.secret ?? tx.mint("whsec_", 32);
    const isRight =
      present?.secret === secret && present.enabledEvents.join() === enabledEvents.join();
    if (isRight) continue;
    const unnamed = {
      id: tx.mint("we_"),
      createdMs: tx.nowMs,
      description: null,
      metadata: {},
    };
    tx.put("webhook_endpoint", { ...unnamed, ...present, url, secret, enabledEvents });
  }
}
