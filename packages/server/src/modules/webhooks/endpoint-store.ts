import { type EpochMs, isoInstant } from "#kernel/clock.ts";
import type { Dialect, WebhookEndpoint } from "#modules/webhooks/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";

interface EndpointRow {
  endpoint_id: bigint;
  url: string;
  dialect: Dialect;
  event_types: string[] | null;
  secret: string;
  status: WebhookEndpoint["status"];
  created_at: EpochMs;
}

const ENDPOINT = "endpoint_id, url, dialect, event_types, secret, status, created_at";

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

export async function disableEndpoints(tx: Tx, endpointIds: readonly bigint[]): Promise<void> {
  await tx.query(
    `update webhook_endpoint set status = 'disabled'
      where project_id = $1 and endpoint_id = any($2)`,
    [tx.projectId, endpointIds],
  );
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
    status: row.status,
    createdAtMs: row.created_at,
  };
}
