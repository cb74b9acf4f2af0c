import type { Clock } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import type { NewId } from "#kernel/ids.ts";
import {
  type Dialect,
  type Dialects,
  endpointUrl,
  type WebhookEndpoint,
  wantedTypes,
  withStatus,
} from "#modules/webhooks/domain/index.ts";
import { newSigningSecret } from "#platform/crypto/standard-webhooks.ts";
import type { Tx } from "#platform/db/database.ts";
import * as store from "./endpoint-store.ts";

export interface NewEndpoint {
  readonly url: string;
  readonly side: Side;
  readonly dialect: Dialect;
  /** In the dialect's words; null for every type. */
  readonly eventTypes: readonly string[] | null;
}

export interface EndpointDeps {
  /** The wall clock. */
  readonly clock: Clock;
  readonly newId: NewId;
  readonly dialects: Dialects;
}

type Side = "live" | "sandbox";

/**
 * Adds an endpoint, which is told what is relayed from now on. Throws `webhook_url_refused` and
 * `webhook_event_type_unknown`.
 */
export async function createEndpoint(
  tx: Tx,
  { clock, newId, dialects }: EndpointDeps,
  { url, side, dialect, eventTypes }: NewEndpoint,
): Promise<WebhookEndpoint> {
  const endpoint: WebhookEndpoint = {
    endpointId: newId(),
    url: endpointUrl(url, side),
    dialect,
    eventTypes: wantedTypes(eventTypes, dialects[dialect].types),
    secret: newSigningSecret(),
    retiredSecret: null,
    status: "enabled",
    disabledReason: null,
    disabledAtMs: null,
    failingSinceMs: null,
    createdAtMs: clock.now(),
  };
  await store.insertEndpoint(tx, endpoint);
  return endpoint;
}

/** What is absent stays as it is. */
export interface EndpointChange {
  readonly url?: string;
  readonly eventTypes?: readonly string[] | null;
  readonly status?: WebhookEndpoint["status"];
}

/**
 * Changes an endpoint. Enabled again it starts with a clean slate: what it failed at before does not
 * count, and what was given up meanwhile is sent when somebody asks for it. Throws
 * `webhook_endpoint_not_found`, `webhook_url_refused` and `webhook_event_type_unknown`.
 */
export async function changeEndpoint(
  tx: Tx,
  { clock, dialects }: EndpointDeps,
  endpointId: bigint,
  { side, ...change }: EndpointChange & { readonly side: Side },
): Promise<WebhookEndpoint> {
  const endpoint = await lockedEndpoint(tx, endpointId);
  const { types } = dialects[endpoint.dialect];
  const changed: WebhookEndpoint = {
    ...endpoint,
    ...(change.url === undefined ? {} : { url: endpointUrl(change.url, side) }),
    ...(change.eventTypes === undefined
      ? {}
      : { eventTypes: wantedTypes(change.eventTypes, types) }),
    ...(change.status === undefined ? {} : withStatus(endpoint, change.status, clock.now())),
  };
  await store.updateEndpoint(tx, changed);
  return changed;
}

/**
 * Gives an endpoint a new secret. Until `overlapMs` have passed its messages are signed with the old
 * one too; a secret that was already on its way out is forgotten. Throws `webhook_endpoint_not_found`.
 */
export async function rotateEndpointSecret(
  tx: Tx,
  { clock }: { clock: Clock },
  endpointId: bigint,
  overlapMs: number,
): Promise<WebhookEndpoint> {
  const endpoint = await lockedEndpoint(tx, endpointId);
  const untilMs = clock.now() + overlapMs;
  const rotated: WebhookEndpoint = {
    ...endpoint,
    secret: newSigningSecret(),
    retiredSecret: overlapMs === 0 ? null : { secret: endpoint.secret, untilMs },
  };
  await store.updateEndpoint(tx, rotated);
  return rotated;
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

async function lockedEndpoint(tx: Tx, endpointId: bigint): Promise<WebhookEndpoint> {
  const endpoint = await store.lockEndpoint(tx, endpointId);
  if (endpoint === null) throw new BillingError("webhook_endpoint_not_found");
  return endpoint;
}
