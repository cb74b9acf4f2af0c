import type { Clock, EpochMs } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import { groupBy } from "#kernel/group-by.ts";
import { type OwnedId, ownedKey } from "#kernel/ids.ts";
import { type WebhookAttempt, type WebhookDelivery } from "#modules/webhooks/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";
import * as store from "./delivery-store.ts";
import { getEndpoint } from "./endpoints.ts";

/** A line of the delivery log. */
export interface LoggedDelivery extends WebhookDelivery {
  readonly attempts: readonly WebhookAttempt[];
}

/**
 * What was sent to an endpoint or is still to be sent, newest event first, events before
 * `beforeNumber` only. Throws `webhook_endpoint_not_found`.
 */
export async function listDeliveries(
  tx: Tx,
  endpointId: bigint,
  beforeNumber: bigint | null,
  countMax: number,
): Promise<LoggedDelivery[]> {
  await getEndpoint(tx, endpointId);
  const deliveries = await store.listDeliveries(tx, endpointId, beforeNumber, countMax);
  return withAttempts(tx, deliveries);
}

/**
 * Sends a delivery once more, soon, under the same message id; when that fails, the schedule goes on
 * from there. Throws `webhook_delivery_not_found`, and `webhook_endpoint_not_found` or
 * `webhook_endpoint_disabled` when there is nowhere to send it.
 */
export async function resendDelivery(
  tx: Tx,
  { clock }: { clock: Clock },
  deliveryId: OwnedId,
): Promise<LoggedDelivery> {
  const delivery = await getDelivery(tx, deliveryId);
  await getEnabled(tx, delivery.endpointId);
  await store.rescheduleDelivery(tx, deliveryId, clock.now());

  const [resent] = await withAttempts(tx, [await getDelivery(tx, deliveryId)]);
  if (resent === undefined) throw new BillingError("webhook_delivery_not_found");
  return resent;
}

/**
 * Sends an endpoint's deliveries once more that have failed and were made since an instant; answers
 * how many. Throws `webhook_endpoint_not_found` and `webhook_endpoint_disabled`.
 */
export async function resendFailed(
  tx: Tx,
  { clock }: { clock: Clock },
  endpointId: bigint,
  sinceMs: EpochMs,
): Promise<number> {
  await getEnabled(tx, endpointId);
  return store.rescheduleFailed(tx, { endpointId, sinceMs, nowMs: clock.now() });
}

async function getEnabled(tx: Tx, endpointId: bigint): Promise<void> {
  const endpoint = await getEndpoint(tx, endpointId);
  if (endpoint.status === "disabled") throw new BillingError("webhook_endpoint_disabled");
}

async function getDelivery(tx: Tx, deliveryId: OwnedId): Promise<WebhookDelivery> {
  const delivery = await store.findDelivery(tx, deliveryId);
  if (delivery === null) throw new BillingError("webhook_delivery_not_found");
  return delivery;
}

async function withAttempts(
  tx: Tx,
  deliveries: readonly WebhookDelivery[],
): Promise<LoggedDelivery[]> {
  const attempts = await store.listAttempts(tx, deliveries);
  const byDelivery = groupBy(attempts, ({ customerId, deliveryId }) =>
    ownedKey({ customerId, id: deliveryId }),
  );
  return deliveries.map((delivery) => ({
    ...delivery,
    attempts: byDelivery.get(ownedKey(delivery)) ?? [],
  }));
}
