import type { Clock } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import type { NewId } from "#kernel/ids.ts";
import { type Dialect, endpointUrl, type WebhookEndpoint } from "#modules/webhooks/domain/index.ts";
import { newSigningSecret } from "#platform/crypto/standard-webhooks.ts";
import type { Tx } from "#platform/db/database.ts";
import * as store from "./endpoint-store.ts";

export interface NewEndpoint {
  readonly url: string;
  readonly side: "live" | "sandbox";
  readonly dialect: Dialect;
  /** In the dialect's words; null for every type. */
  readonly eventTypes: readonly string[] | null;
}

/** Adds an endpoint, which is told what is relayed from now on. Throws `webhook_url_refused`. */
export async function createEndpoint(
  tx: Tx,
  { clock, newId }: { clock: Clock; newId: NewId },
  { url, side, dialect, eventTypes }: NewEndpoint,
): Promise<WebhookEndpoint> {
  const endpoint: WebhookEndpoint = {
    endpointId: newId(),
    url: endpointUrl(url, side),
    dialect,
    eventTypes,
    secret: newSigningSecret(),
    status: "enabled",
    createdAtMs: clock.now(),
  };
  await store.insertEndpoint(tx, endpoint);
  return endpoint;
}

/** Throws `webhook_endpoint_not_found`. */
export async function getEndpoint(tx: Tx, endpointId: bigint): Promise<WebhookEndpoint> {
  const [endpoint] = await store.findEndpoints(tx, [endpointId]);
  if (endpoint === undefined) throw new BillingError("webhook_endpoint_not_found");
  return endpoint;
}

/** Oldest first, those after `afterId`, at most `countMax`. */
export async function listEndpoints(
  tx: Tx,
  afterId: bigint | null,
  countMax: number,
): Promise<WebhookEndpoint[]> {
  return store.listEndpoints(tx, afterId ?? 0n, countMax);
}

/**
 * Deletes an endpoint and answers what it was. What is still on its way to it is given up. Throws
 * `webhook_endpoint_not_found`.
 */
export async function deleteEndpoint(tx: Tx, endpointId: bigint): Promise<WebhookEndpoint> {
  const endpoint = await store.deleteEndpoint(tx, endpointId);
  if (endpoint === null) throw new BillingError("webhook_endpoint_not_found");
  return endpoint;
}
