import type { Change, DeliveryRecord } from "../state/collections.ts";
import type { Store } from "../state/store.ts";
import { fraction, strike } from "./draw.ts";
import { type Fault, type FaultKind, type FaultRecord, webhookFaults } from "./fault.ts";

type Delivery = { readonly delivery: DeliveryRecord; readonly hits: readonly FaultRecord[] };

/** The changes of one request, with its webhooks as the faults have them. */
export function shapeWebhooks(store: Store, changes: readonly Change[]): readonly Change[] {
  if (store.table("fault").size === 0) return changes;
  const planned = changes.flatMap(deliveryOf);
  if (planned.length === 0) return changes;
  const hitsOf = drawPerEvent(store, changes, planned);
  const deliveries = planned
    .map((delivery) => ({ delivery, hits: hitsOf(delivery.event) }))
    .filter(({ hits }) => orderOf(hits, "lost_webhooks") === undefined)
    .map(late);
  const others = changes.filter((change) => deliveryOf(change).length === 0);
  const puts = reordered(deliveries).flatMap(copies);
  return [...others, ...puts.map((value): Change => ({ put: "delivery", value }))];
}

function deliveryOf(change: Change): readonly DeliveryRecord[] {
  return "put" in change && change.put === "delivery" ? [change.value] : [];
}

/** One draw for each event, however many endpoints it goes to. */
function drawPerEvent(
  store: Store,
  changes: readonly Change[],
  planned: readonly DeliveryRecord[],
): (eventId: string) => readonly FaultRecord[] {
  const isSent = new Set(planned.map(({ event }) => event));
  const hits = new Map<string, readonly FaultRecord[]>();
  for (const change of changes) {
    if (!("put" in change) || change.put !== "event" || !isSent.has(change.value.id)) continue;
    hits.set(change.value.id, strike(store, webhookFaults, change.value.type));
  }
  return (eventId) => hits.get(eventId) ?? [];
}

function orderOf<Kind extends FaultKind>(hits: readonly FaultRecord[], kind: Kind) {
  return hits.map(({ order }) => order).find((order) => isKind(order, kind));
}

function isKind<Kind extends FaultKind>(
  order: Fault,
  kind: Kind,
): order is Extract<Fault, { readonly fault: Kind }> {
  return order.fault === kind;
}

function late({ delivery, hits }: Delivery): Delivery {
  const delayMs = hits.reduce((sum, hit) => sum + delayOf(hit), 0);
  const nextAttemptMs = delivery.nextAttemptMs + delayMs;
  return { delivery: { ...delivery, nextAttemptMs }, hits };
}

function delayOf({ order, seenCount }: FaultRecord): number {
  if (order.fault !== "late_webhooks") return 0;
  const { delayMs, jitterMs = 0, seed = "" } = order;
  return delayMs + Math.floor(fraction(`${seed} jitter ${seenCount}`) * (jitterMs + 1));
}

/** Turns the order of the struck ones around, each of them waiting for the one before it. */
function reordered(deliveries: readonly Delivery[]): readonly Delivery[] {
  const isStruck = ({ hits }: Delivery) => orderOf(hits, "reordered_webhooks") !== undefined;
  const lastOf = new Map<string, string>();
  const turned = deliveries
    .filter(isStruck)
    .toReversed()
    .map(({ delivery, hits }) => {
      const after = lastOf.get(delivery.endpoint);
      lastOf.set(delivery.endpoint, delivery.id);
      return { delivery: after === undefined ? delivery : { ...delivery, after }, hits };
    });
  return [...deliveries.filter((delivery) => !isStruck(delivery)), ...turned];
}

const copiesDefault = 10;

function copies({ delivery, hits }: Delivery): readonly DeliveryRecord[] {
  const order = orderOf(hits, "duplicate_webhooks");
  const count = order === undefined ? 1 : (order.copies ?? copiesDefault);
  return Array.from({ length: count }, (_, index) =>
    index === 0 ? delivery : { ...delivery, id: `${delivery.id}#${index + 1}` },
  );
}
