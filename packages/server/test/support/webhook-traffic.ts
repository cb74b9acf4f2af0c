import type { Clock } from "#kernel/clock.ts";
import { formatOwnedId, type NewId } from "#kernel/ids.ts";
import { type Dialects, nativeDialect } from "#modules/webhooks/domain/index.ts";
import { createDeliverer, createFanOut } from "#modules/webhooks/index.ts";
import type { Database } from "#platform/db/database.ts";
import { appendToOutbox } from "#platform/jobs/outbox.ts";
import { createRelayPass } from "#platform/jobs/relay.ts";
import { createPoster } from "#platform/outbound/post.ts";
import { recordingLog } from "./recording-log.ts";

export interface WebhookTrafficParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly dialects: Dialects;
}

export interface Happening {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Two native types, and one of them under another name in the metered dialect. */
export const testDialects: Dialects = {
  native: nativeDialect(["invoice.paid", "payment.succeeded", "webhook_endpoint.disabled"]),
  metered: {
    types: ["subscriptions.payment_succeeded", "subscriptions.renewed"],
    render: (event) =>
      event.type === "payment.succeeded"
        ? { type: "subscriptions.payment_succeeded", body: { data: event.data } }
        : null,
  },
};

/** Lets things happen in a project and relays them; answers the events' ids as they go on the wire. */
export async function relayEvents(
  { db, clock, newId, dialects }: WebhookTrafficParts,
  { projectId, customerId }: { projectId: number; customerId: bigint },
  happenings: readonly Happening[],
): Promise<string[]> {
  const occurredAtMs = clock.now();
  const events = happenings.map((happening) => ({
    ...happening,
    customerId,
    id: newId(),
    occurredAtMs,
  }));
  await db.inProject(projectId, (tx) => appendToOutbox(tx, events));
  const consumers = [createFanOut({ clock, newId, dialects })];
  await createRelayPass({ db, consumers, log: recordingLog() })();
  return events.map((event) => formatOwnedId("event", event));
}

/** Sends everything that is due, to this machine too. */
export async function sendDueWebhooks({ db, clock, newId }: WebhookTrafficParts): Promise<void> {
  const poster = createPoster({ privateAddresses: "allow" });
  const log = recordingLog();
  await createDeliverer({ db, newId, clock, random: () => 0, poster, log }).runOnce();
  poster.close();
}
