import { groupBy } from "#kernel/group-by.ts";
import type { NewId } from "#kernel/ids.ts";
import {
  type HealthChange,
  healthChange,
  type TryEnd,
  type WebhookEndpoint,
} from "#modules/webhooks/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { appendToOutbox } from "#platform/jobs/outbox.ts";
import { clearFailing, disableEndpoint, markFailing } from "./endpoint-store.ts";
import { endpointDisabled } from "./events.ts";

export interface EndpointTry extends TryEnd {
  readonly endpoint: WebhookEndpoint;
}

/**
 * Keeps what tries say about their endpoints. Nothing is written for one that works, nor for one that
 * fails as it did before; who is disabled is told of once, whoever else finds the same.
 */
export async function recordHealth(
  tx: Tx,
  newId: NewId,
  tries: readonly EndpointTry[],
): Promise<void> {
  const byEndpoint = groupBy(tries, ({ endpoint }) => endpoint.endpointId);
  // In one order everywhere, so that two recorders never wait for each other in a circle.
  const ids = [...byEndpoint.keys()].toSorted((one, other) => (one < other ? -1 : 1));
  for (const endpointId of ids) {
    const ended = byEndpoint.get(endpointId) ?? [];
    const [first] = ended;
    if (first === undefined) continue;
    const change = healthChange(first.endpoint, ended);
    const atMs = Math.max(...ended.map(({ endedAtMs }) => endedAtMs));
    if (change !== null) await apply(tx, newId, { endpointId, change, atMs });
  }
}

async function apply(
  tx: Tx,
  newId: NewId,
  found: { readonly endpointId: bigint; readonly change: HealthChange; readonly atMs: number },
): Promise<void> {
  const { endpointId, change, atMs } = found;
  if (change.kind === "recovered") return clearFailing(tx, endpointId);
  if (change.kind === "failing") return markFailing(tx, endpointId, change.sinceMs);
  const disabled = await disableEndpoint(tx, endpointId, { reason: change.reason, atMs });
  if (disabled !== null) await appendToOutbox(tx, [endpointDisabled(disabled, newId(), atMs)]);
}
