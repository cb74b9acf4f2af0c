import { type EpochMs, isoInstant } from "#kernel/clock.ts";
import {
  type Dialect,
  type DisablingReason,
  FAILING_MAX_MS,
  type RetiredSecret,
  type WebhookEndpoint,
} from "#modules/webhooks/domain/index.ts";
import { instantOrNull } from "#platform/db/columns.ts";
import type { Tx } from "#platform/db/database.ts";

interface EndpointRow {
  endpoint_id: bigint;
  url: string;
  dialect: Dialect;
  event_types: string[] | null;
  secret: string;
  retired_secret: string | null;
  retired_secret_until: EpochMs | null;
  status: WebhookEndpoint["status"];
  disabled_reason: DisablingReason | null;
  disabled_at: EpochMs | null;
  failing_since: EpochMs | null;
  created_at: EpochMs;
}

const ENDPOINT = `endpoint_id, url, dialect, event_types, secret, retired_secret, retired_secret_until,
  status, disabled_reason, disabled_at, failing_since, created_at`;

export async function insertEndpoint(tx: Tx, endpoint: WebhookEndpoint): Promise<void> {
  await tx.query(
    `insert into webhook_endpoint
            (project_id, endpoint_id, url, dialect, event_types, secret, status, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      tx.projectId,
      endpoint.endpointId,
      endpoint.url,
      endpoint.dialect,
      endpoint.eventTypes,
      endpoint.secret,
      endpoint.status,
      isoInstant(endpoint.createdAtMs),
    ],
  );
}

export async function findEndpoints(
  tx: Tx,
  endpointIds: readonly bigint[],
): Promise<WebhookEndpoint[]> {
  const rows = await tx.query<EndpointRow>(
    `select ${ENDPOINT} from webhook_endpoint where project_id = $1 and endpoint_id = any($2)`,
    [tx.projectId, endpointIds],
  );
  return rows.map(endpointOf);
}

/** Oldest first, from after the endpoint of `afterId` on. */
export async function listEndpoints(
  tx: Tx,
  afterId: bigint,
  countMax: number,
): Promise<WebhookEndpoint[]> {
  const rows = await tx.query<EndpointRow>(
    `select ${ENDPOINT} from webhook_endpoint
      where project_id = $1 and endpoint_id > $2 order by endpoint_id limit $3`,
    [tx.projectId, afterId, countMax],
  );
  return rows.map(endpointOf);
}

export async function listEnabledEndpoints(tx: Tx): Promise<WebhookEndpoint[]> {
  const rows = await tx.query<EndpointRow>(
    `select ${ENDPOINT} from webhook_endpoint
      where project_id = $1 and status = 'enabled' order by endpoint_id`,
    [tx.projectId],
  );
  return rows.map(endpointOf);
}

/** The endpoint, which nobody else changes until the transaction ends; null when there is none. */
export async function lockEndpoint(tx: Tx, endpointId: bigint): Promise<WebhookEndpoint | null> {
  const rows = await tx.query<EndpointRow>(
    `select ${ENDPOINT} from webhook_endpoint
      where project_id = $1 and endpoint_id = $2 for update`,
    [tx.projectId, endpointId],
  );
  return rows[0] === undefined ? null : endpointOf(rows[0]);
}

/** Writes everything of an endpoint that can change. */
export async function updateEndpoint(tx: Tx, endpoint: WebhookEndpoint): Promise<void> {
  await tx.query(
    `update webhook_endpoint
        set url = $3, event_types = $4, secret = $5, retired_secret = $6,
            retired_secret_until = $7, status = $8, disabled_reason = $9, disabled_at = $10,
            failing_since = $11
      where project_id = $1 and endpoint_id = $2`,
    [
      tx.projectId,
      endpoint.endpointId,
      endpoint.url,
      endpoint.eventTypes,
      endpoint.secret,
      endpoint.retiredSecret?.secret ?? null,
      instantOrNull(endpoint.retiredSecret?.untilMs ?? null),
      endpoint.status,
      endpoint.disabledReason,
      instantOrNull(endpoint.disabledAtMs),
      instantOrNull(endpoint.failingSinceMs),
    ],
  );
}

export async function markFailing(tx: Tx, endpointId: bigint, sinceMs: EpochMs): Promise<void> {
  await tx.query(
    `update webhook_endpoint set failing_since = $3
      where project_id = $1 and endpoint_id = $2 and failing_since is null`,
    [tx.projectId, endpointId, isoInstant(sinceMs)],
  );
}

export async function clearFailing(tx: Tx, endpointId: bigint): Promise<void> {
  await tx.query(
    `update webhook_endpoint set failing_since = null
      where project_id = $1 and endpoint_id = $2 and failing_since is not null`,
    [tx.projectId, endpointId],
  );
}

/**
 * Disables an endpoint, for failing only if it has failed for too long as it stands now: it may have
 * been enabled anew since its tries began. Answers it as it is then, or null when nothing changed.
 */
export async function disableEndpoint(
  tx: Tx,
  endpointId: bigint,
  { reason, atMs }: { readonly reason: DisablingReason; readonly atMs: EpochMs },
): Promise<WebhookEndpoint | null> {
  const rows = await tx.query<EndpointRow>(
    `update webhook_endpoint set status = 'disabled', disabled_reason = $3, disabled_at = $4
      where project_id = $1 and endpoint_id = $2 and status = 'enabled'
        and ($3 <> 'failing' or failing_since <= $5)
     returning ${ENDPOINT}`,
    [tx.projectId, endpointId, reason, isoInstant(atMs), isoInstant(atMs - FAILING_MAX_MS)],
  );
  return rows[0] === undefined ? null : endpointOf(rows[0]);
}

/** Answers what it deleted, or null when there was no such endpoint. */
export async function deleteEndpoint(tx: Tx, endpointId: bigint): Promise<WebhookEndpoint | null> {
  const rows = await tx.query<EndpointRow>(
    `delete from webhook_endpoint where project_id = $1 and endpoint_id = $2 returning ${ENDPOINT}`,
    [tx.projectId, endpointId],
  );
  return rows[0] === undefined ? null : endpointOf(rows[0]);
}

function endpointOf(row: EndpointRow): WebhookEndpoint {
  return {
    endpointId: row.endpoint_id,
    url: row.url,
    dialect: row.dialect,
    eventTypes: row.event_types,
    secret: row.secret,
    retiredSecret: retiredSecretOf(row),
    status: row.status,
    disabledReason: row.disabled_reason,
    disabledAtMs: row.disabled_at,
    failingSinceMs: row.failing_since,
    createdAtMs: row.created_at,
  };
}

function retiredSecretOf(row: EndpointRow): RetiredSecret | null {
  const { retired_secret: secret, retired_secret_until: untilMs } = row;
  return secret === null || untilMs === null ? null : { secret, untilMs };
}
