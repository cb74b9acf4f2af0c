import type { WebhookEvent } from "#modules/webhooks/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { listEvents } from "#platform/jobs/event-log.ts";

/** The project's events after number `afterNumber`, in their order: how to catch up with webhooks. */
export async function eventsAfter(
  tx: Tx,
  afterNumber: bigint,
  countMax: number,
): Promise<WebhookEvent[]> {
  return listEvents(tx, afterNumber, countMax);
}
