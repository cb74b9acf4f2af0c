import { groupBy } from "#kernel/group-by.ts";
import { ownedKey } from "#kernel/ids.ts";
import type { PlanKind } from "#modules/catalog/domain/index.ts";
import { listPricesOfAddOns } from "#modules/catalog/index.ts";
import type { RunningLine } from "#modules/invoices/domain/index.ts";
import type { Subscription } from "#modules/subscriptions/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { loadRunning } from "./given-back.ts";
import type { Sold } from "./sold-terms.ts";

/** A running line of a subscription, and whether it charged for an add-on or for the plan of its time. */
export interface ChargedLine extends RunningLine {
  readonly isOfAddOn: boolean;
}

/** What a subscription holds at an instant. */
interface Holding extends Pick<Sold, "items"> {
  readonly subscription: Subscription;
  readonly nowMs: number;
}

/** What was charged in advance to subscriptions for time that is not over, by `ownedKey`. */
export async function loadChargedLines(
  tx: Tx,
  holdings: readonly Holding[],
): Promise<Map<string, ChargedLine[]>> {
  const running = await loadRunning(
    tx,
    holdings.map(({ subscription, nowMs }) => ({
      customerId: subscription.customerId,
      subscriptionId: subscription.id,
      atMs: nowMs,
    })),
  );
  const addOns = await pricesOfAddOns(tx, holdings, running);
  const lines = running.map((line) => ({ ...line, isOfAddOn: addOns.has(line.priceId) }));
  return groupBy(lines, ({ customerId, subscriptionId }) =>
    ownedKey({ customerId, id: subscriptionId }),
  );
}

/** What is charged for and not held any more is looked up: it is rare. */
async function pricesOfAddOns(
  tx: Tx,
  holdings: readonly Holding[],
  lines: readonly RunningLine[],
): Promise<ReadonlySet<bigint>> {
  const held = holdings.flatMap(({ items }) => items.map(({ version }) => version));
  const pricesOf = (kind: PlanKind) =>
    held.filter((version) => version.kind === kind).flatMap(({ prices }) => prices);
  const ofPlans = new Set(pricesOf("plan").map(({ priceId }) => priceId));
  const ofAddOns = new Set(pricesOf("add_on").map(({ priceId }) => priceId));
  const former = lines
    .map(({ priceId }) => priceId)
    .filter((priceId) => !ofPlans.has(priceId) && !ofAddOns.has(priceId));
  return new Set([...ofAddOns, ...(await listPricesOfAddOns(tx, former))]);
}
