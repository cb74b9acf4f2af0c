import type { Transaction } from "../state/transaction.ts";

/** An endpoint that exists from the start, with a secret that its owner knows. */
export type ConfiguredEndpoint = {
  readonly url: string;
  readonly secret: string;
  /** Names of events; all of them without it. */
  readonly enabledEvents?: readonly string[];
};

/**
 * Makes the endpoints exist. One that is there already, by its address, keeps its id, so that what
 * was still to be delivered to it is delivered.
 */
export function ensureEndpoints(tx: Transaction, wanted: readonly ConfiguredEndpoint[]): void {
  for (const { url, secret, enabledEvents = ["*"] } of wanted) {
    const present = tx.newestFirst("webhook_endpoint").find((endpoint) => endpoint.url === url);
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
