import type { RailAccess } from "#flows/rail-customer.ts";
import { DAY_MS, type EpochMs, isoInstant, MINUTE_MS } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import type { Difference, ReconciliationResult } from "#modules/reconciliation/domain/index.ts";
import {
  keepReconciliation,
  listReconciliations,
  reconciliationDiffered,
} from "#modules/reconciliation/index.ts";
import { appendToOutbox } from "#platform/jobs/outbox.ts";
import { compareCharges, compareRefunds } from "./compare.ts";

/** What is compared; where nothing is said, all since the comparison before. */
export interface ReconcileRange {
  readonly fromMs?: EpochMs;
  readonly toMs?: EpochMs;
}

// A charge that was just made may not be in the books yet: its answer is on the way, or was lost and is
// being asked for.
const SETTLING_MS = 10 * MINUTE_MS;
const FIRST_RANGE_MS = 2 * DAY_MS;
const RANGE_MAX_MS = 31 * DAY_MS;

/**
 * Compares the provider's journal with the ledger of one side of a project, and keeps what it found.
 * Differences are told as an event. Runs transactions of its own, none while the provider is asked.
 * Refuses with `reconciliation_range_invalid` or `rail_unavailable`.
 */
export async function reconcile(
  access: RailAccess,
  projectId: number,
  asked: ReconcileRange = {},
): Promise<ReconciliationResult> {
  const { engine, db, rails } = access;
  const rail = rails(projectId);
  const range = await rangeOf(access, projectId, asked);
  const charges = await compareCharges({ ...access, projectId, range });
  const refunds = await compareRefunds({ ...access, projectId, range });
  const differences: readonly Difference[] = [...charges.differences, ...refunds.differences];
  const made: ReconciliationResult = {
    id: engine.newId(),
    rail: rail.name,
    ...range,
    chargeCount: charges.count,
    refundCount: refunds.count,
    foreignCount: charges.foreignCount + refunds.foreignCount,
    differenceCount: differences.length,
    createdAtMs: engine.clock.now(),
    differences,
  };
  await db.inProject(projectId, async (tx) => {
    await keepReconciliation(tx, made);
    if (differences.length === 0) return;
    await appendToOutbox(tx, [reconciliationDiffered(made, engine.newId())]);
  });
  return made;
}

async function rangeOf(
  { engine, db }: RailAccess,
  projectId: number,
  asked: ReconcileRange,
): Promise<{ readonly fromMs: EpochMs; readonly toMs: EpochMs }> {
  const nowMs = engine.clock.now();
  const toMs = asked.toMs ?? nowMs - SETTLING_MS;
  const [before] = await db.inProject(projectId, (tx) =>
    listReconciliations(tx, { before: null, limit: 1 }),
  );
  const sinceMs =
    before === undefined ? toMs - FIRST_RANGE_MS : Math.min(before.toMs, toMs - DAY_MS);
  const fromMs = asked.fromMs ?? Math.max(sinceMs, toMs - RANGE_MAX_MS);
  if (fromMs < toMs && toMs <= nowMs && toMs - fromMs <= RANGE_MAX_MS) return { fromMs, toMs };
  throw new BillingError("reconciliation_range_invalid", {
    from: isoInstant(fromMs),
    to: isoInstant(toMs),
    from_at_earliest: isoInstant(Math.min(toMs, nowMs) - RANGE_MAX_MS),
    to_at_latest: isoInstant(Math.min(fromMs + RANGE_MAX_MS, nowMs)),
  });
}
