import type { Collector } from "#flows/collect-due-payments.ts";
import { willingRail } from "#modules/payments/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { withinTransaction } from "./one-transaction.ts";

/** Collects within a transaction that will be undone: every card is supposed to be charged. */
export function supposedCollector(
  collector: Collector,
  tx: Tx,
  clock = collector.engine.clock,
): Collector {
  const rail = willingRail(collector.rails(tx.projectId));
  return {
    ...collector,
    db: withinTransaction(tx),
    engine: { ...collector.engine, clock },
    rails: () => rail,
    underWay: new Map(),
    isSupposed: true,
  };
}
