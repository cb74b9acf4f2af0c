import { type Dialects, type WebhookEvent, wantedTypes } from "#modules/webhooks/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { type LogPage, type LogRange, readLog } from "#platform/jobs/event-log.ts";

export interface EventLogPage extends LogPage {
  readonly events: WebhookEvent[];
}

/**
 * The project's events after a number, in their order: how to catch up with webhooks. Throws
 * `webhook_event_type_unknown`.
 */
export async function eventsAfter(
  tx: Tx,
  dialects: Pick<Dialects, "native">,
  range: LogRange,
): Promise<EventLogPage> {
  return readLog(tx, { ...range, types: wantedTypes(range.types, dialects.native.types) });
}
