import { type EventContent, isSameEvent } from "./content.ts";
import type { TargetFacts } from "./facts.ts";
import { type Present, planEvent } from "./plan-event.ts";
import { refusedEvent } from "./refused-event.ts";
import {
  DUPLICATE,
  type PlannedEvent,
  RECORDED,
  refused,
  type UsageEvent,
  type UsageOutcome,
} from "./usage-event.ts";

/** What is to be written of a batch, and what is known of its events before that. */
export interface BatchPlan {
  /** One event for each reference, in the order of their keys: every writer locks in this order. */
  readonly events: readonly PlannedEvent[];
  /** The same by their keys. */
  readonly firstByKey: ReadonlyMap<string, PlannedEvent>;
  /** For each event of the batch, in its order: where it is counted, or why it is refused. */
  readonly planned: readonly (PlannedEvent | UsageOutcome)[];
}

/** Why an event was not recorded: the database cannot hold it, or its reference holds this already. */
export type WriteException = "unstorable" | EventContent;

/** Decides for each event of a batch where it is counted. `targets` are their facts, in their order. */
export function planBatch(
  batch: readonly UsageEvent[],
  targets: readonly TargetFacts[],
  present: Present,
): BatchPlan {
  const firstByKey = new Map<string, PlannedEvent>();
  const planned = batch.map((event, index) => {
    const target = targets[index] ?? null;
    const plan = planEvent(event, target, present);
    if (typeof plan === "string") return refusedEvent(plan, event, target, present);
    if (!firstByKey.has(plan.key)) firstByKey.set(plan.key, plan);
    return plan;
  });
  return { planned, firstByKey, events: [...firstByKey.values()].toSorted(byEventKey) };
}

/**
 * What became of each event of a batch, in its order. `exceptions` holds, by key, the answers for
 * those that were not simply recorded.
 */
export function batchOutcomes(
  { planned, firstByKey }: BatchPlan,
  exceptions: ReadonlyMap<string, WriteException>,
): UsageOutcome[] {
  return planned.map((plan) => {
    if ("status" in plan) return plan;
    const exception = exceptions.get(plan.key);
    const first = firstByKey.get(plan.key) ?? plan;
    if (exception === undefined && plan === first) return RECORDED;
    return repeatOutcome(plan, exception ?? first);
  });
}

function repeatOutcome(event: PlannedEvent, recorded: WriteException): UsageOutcome {
  if (recorded === "unstorable") return refused("body_invalid");
  return isSameEvent(event, recorded) ? DUPLICATE : refused("usage_reference_reused");
}

function byEventKey(one: PlannedEvent, other: PlannedEvent): number {
  return one.key < other.key ? -1 : 1;
}
