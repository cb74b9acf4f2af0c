import { type RandomBytes, randomText } from "../state/identifiers.ts";
import type { Store } from "../state/store.ts";
import type { Fault, FaultRecord } from "./fault.ts";
import { readFaults } from "./read-faults.ts";

/** The faults that the sandbox is to play, in the order in which they were added. */
export type FaultPlan = {
  /** Adds faults, after those that are there. @throws FaultOrderError when one makes no sense. */
  add(...faults: readonly Fault[]): readonly FaultRecord[];
  /** Every fault with how often it was aimed at something and how often it struck. */
  list(): readonly FaultRecord[];
  /** Forgets them all. Webhooks that are late already stay so. */
  clear(): void;
};

export function createFaultPlan(store: Store, randomBytes: RandomBytes): FaultPlan {
  return {
    add(...faults) {
      const records = readFaults(faults).map((order) => ({
        id: `fault_${randomText(randomBytes, 16)}`,
        order,
        seenCount: 0,
        hitCount: 0,
      }));
      store.commit(records.map((value) => ({ put: "fault", value })));
      return records;
    },
    list: () => [...store.table("fault").values()],
    clear: () =>
      store.commit([...store.table("fault").keys()].map((id) => ({ drop: "fault", id }))),
  };
}
