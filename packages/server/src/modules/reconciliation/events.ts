import {
  type DifferenceSnapshot,
  differenceSnapshot,
  type ReconciliationResult,
  type ReconciliationSnapshot,
  reconciliationSnapshot,
} from "#modules/reconciliation/domain/index.ts";

/** Every event about a comparison. The event reference page is generated from this table. */
export const reconciliationEvents = {
  "reconciliation.differed": {
    when: "The provider's journal and the ledger do not say the same. A person has to look.",
    carries: ["reconciliation", "differences"],
  },
} as const;

/** The `data` of an event about a comparison. */
export interface ReconciliationEventData {
  readonly reconciliation: ReconciliationSnapshot;
  /** The first hundred. */
  readonly differences: readonly DifferenceSnapshot[];
}

const TOLD_MAX = 100;

/** It is about no customer: such events are those of customer 0. */
export function reconciliationDiffered(made: ReconciliationResult, eventId: bigint) {
  const data: ReconciliationEventData = {
    reconciliation: reconciliationSnapshot(made),
    differences: made.differences.slice(0, TOLD_MAX).map(differenceSnapshot),
  };
  return {
    customerId: 0n,
    id: eventId,
    type: "reconciliation.differed" satisfies keyof typeof reconciliationEvents,
    // A copy, since only a plain object may hold whatever there is.
    data: { ...data },
    occurredAtMs: made.createdAtMs,
  };
}
