import { billingEvents } from "../../packages/server/src/flows/billing-event.ts";
import { customerEvents } from "../../packages/server/src/modules/customers/events.ts";
import { planMigrationEvents } from "../../packages/server/src/modules/plan-migrations/events.ts";
import { reconciliationEvents } from "../../packages/server/src/modules/reconciliation/events.ts";
import { webhookEvents } from "../../packages/server/src/modules/webhooks/events.ts";
import { meteredEventNames } from "../../packages/server/src/surfaces/metered/webhook-dialect.ts";
import { quotedProperties } from "./declarations.ts";
import { code, GENERATED, page, table } from "./markdown.ts";

/** Declares what events carry: each property's type has a place of its own on the page. */
export const EVENT_DATA = [
  { file: "packages/server/src/flows/billing-event.ts", name: "BillingEventData" },
  {
    file: "packages/server/src/modules/plan-migrations/events.ts",
    name: "PlanMigrationEventData",
  },
  {
    file: "packages/server/src/modules/reconciliation/events.ts",
    name: "ReconciliationEventData",
  },
  { file: "packages/server/src/modules/webhooks/events.ts", name: "WebhookEndpointEventData" },
];

type Meanings = Readonly<
  Record<string, { readonly when: string; readonly carries: readonly string[] }>
>;

/** Every type of event, with the properties of its `data`; those that end in `?` may be absent. */
export const toldEvents = [
  ...told(customerEvents, ["customer"]),
  ...told(billingEvents, ["subscription", "customer", "plan"]).map(ofNoSubscription),
  ...told(planMigrationEvents, ["plan_migration"]),
  ...told(reconciliationEvents, []),
  ...told(webhookEvents, ["webhook_endpoint"]),
];

function told(meanings: Meanings, always: readonly string[]) {
  return Object.entries(meanings).map(([type, { when, carries }]) => ({
    type,
    when,
    carries: [...always, ...carries],
  }));
}

/** What is about money may belong to no subscription. */
function ofNoSubscription<Told extends { readonly type: string; readonly carries: string[] }>(
  event: Told,
): Told {
  if (event.type.startsWith("subscription.")) return event;
  const [subscription, customer, plan, ...others] = event.carries;
  return { ...event, carries: [`${subscription}?`, `${customer}`, `${plan}?`, ...others] };
}

export function eventsPage(root: string): string {
  return page(
    "# Events",
    GENERATED,
    "What happened, as the event log (`GET /v1/events`) and webhooks tell it. An event is `{id, type, occurred_at, number, data}`: `number` counts 1, 2, 3 … without a gap within a side of a project, and `data` is a snapshot of everything the event is about, as it was once the change was made. How they reach you: [webhooks](../webhooks.md).",
    table(
      ["Type", "When", "`data` holds", "In the metered dialect"],
      toldEvents.map(({ type, when, carries }) => [
        code(type),
        when,
        carries.map(code).join(", "),
        meteredName(type),
      ]),
    ),
    "A `?` marks what may be absent. Types without a word in the metered dialect are not told in it.",
    "## What `data` holds",
    "Amounts and quantities are decimal strings, amounts in the currency's major unit; instants are ISO 8601 in UTC.",
    ...quotedProperties(root, EVENT_DATA).map(
      ({ property, declarations }) => `### ${property}\n\n\`\`\`ts\n${declarations}\n\`\`\``,
    ),
  );
}

function meteredName(type: string): string {
  const names: Readonly<Record<string, string | undefined>> = meteredEventNames;
  const name = names[type];
  return name === undefined ? "" : code(name);
}
