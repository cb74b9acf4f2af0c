import {
  differenceSnapshot,
  type ReconciliationResult,
  reconciliationSnapshot,
} from "#modules/reconciliation/domain/index.ts";

/** Every event about a comparison. The event reference page is generated from this table. */
export const reconciliationEvents = {
  "reconciliation.differed": {
    when: "The provider's journal and the ledger do not say the same. A person has to look.",
    carries: ["reconciliation", "differences"],
  },
} as const;

const TOLD_MAX = 100;

/** It is about no customer: such events are those of customer 0. */
export function reconciliationDiffered(made: ReconciliationResult, eventId: bigint) {
  return {
    customerId: 0n,
    id: eventId,
    type: "reconciliation.differed" satisfies keyof typeof reconciliationEvents,
    data: {
      reconciliation: reconciliationSnapshot(made),
      differences: made.differences.slice(0, TOLD_MAX).map(differenceSnapshot),
    },
    occurredAtMs: made.createdAtMs,
  };
}
