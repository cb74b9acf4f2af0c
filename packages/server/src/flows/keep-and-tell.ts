import type { EpochMs } from "#kernel/clock.ts";
import type { Subscription } from "#modules/subscriptions/domain/index.ts";
import { updateSubscriptions } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { appendToOutbox } from "#platform/jobs/outbox.ts";
import { type BillingEventType, billingEventsOf } from "./billing-event.ts";
import type { Engine } from "./engine.ts";
import { loadSubject } from "./load-subject.ts";

/** A subscription as somebody wished it to be, and what is told of it. */
export interface Wished {
  readonly subscription: Subscription;
  readonly told: readonly BillingEventType[];
  readonly nowMs: EpochMs;
}

/** Writes what moves no money, and tells of it. */
export async function keepAndTell(
  engine: Engine,
  tx: Tx,
  { subscription, told, nowMs }: Wished,
): Promise<Subscription> {
  await updateSubscriptions(tx, [subscription]);
  if (told.length === 0) return subscription;
  const subject = { ...(await loadSubject(engine, tx, subscription)), subscription };
  await appendToOutbox(tx, billingEventsOf(engine, told, subject, nowMs));
  return subscription;
}
