import { customerEvents } from "#modules/customers/index.ts";
import { planMigrationEvents } from "#modules/plan-migrations/index.ts";
import { reconciliationEvents } from "#modules/reconciliation/index.ts";
import { webhookEvents } from "#modules/webhooks/index.ts";
import { billingEvents } from "./billing-event.ts";

/** Every type of event that there is, in our own words. */
export const eventTypes: readonly string[] = [
  customerEvents,
  billingEvents,
  planMigrationEvents,
  reconciliationEvents,
  webhookEvents,
].flatMap((events) => Object.keys(events));
