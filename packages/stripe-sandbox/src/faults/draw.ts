import { createHash } from "node:crypto";
import type { Change } from "../state/collections.ts";
import type { Store } from "../state/store.ts";
import { type Fault, type FaultKind, type FaultRecord, isEnding } from "./fault.ts";

/** The faults that strike, and their counts as they are afterwards. */
type Draw = {
  readonly hits: readonly FaultRecord[];
  readonly changes: readonly Change[];
};

/**
 * Asks every fault of these kinds whether it strikes `subject`: a request's method and path, or an
 * event's type. Of the faults that end a request, the first one that strikes shuts out the others,
 * which do not count the request at all: two of them one after the other strike two requests.
 */
function drawFaults(
  faults: Iterable<FaultRecord>,
  kinds: readonly FaultKind[],
  subject: string,
): Draw {
  const hits: FaultRecord[] = [];
  const changes: Change[] = [];
  for (const record of faults) {
    const { order } = record;
    if (!kinds.includes(order.fault) || !isAimedAt(order, subject)) continue;
    if (isEnding(order) && hits.some((hit) => isEnding(hit.order))) continue;
    const isHit = strikes(record);
    const counted: FaultRecord = {
      ...record,
      seenCount: record.seenCount + 1,
      hitCount: record.hitCount + (isHit ? 1 : 0),
    };
    changes.push({ put: "fault", value: counted });
    if (isHit) hits.push(counted);
  }
  return { hits, changes };
}

/** Draws for a request or an event and keeps the counts. */
export function strike(
  store: Store,
  kinds: readonly FaultKind[],
  subject: string,
): readonly FaultRecord[] {
  const { hits, changes } = drawFaults(store.table("fault").values(), kinds, subject);
  store.commit(changes);
  return hits;
}

function strikes({ order, seenCount, hitCount }: FaultRecord): boolean {
  const { skip = 0, times = 1, chance = 1, seed = "" } = order;
  if (seenCount < skip || (times !== null && hitCount >= times)) return false;
  return chance >= 1 || fraction(`${seed} ${seenCount}`) < chance;
}

/** A number from 0 to below 1 that looks random and is the same for the same text. */
export function fraction(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE(0) / 2 ** 32;
}

function isAimedAt({ on = "*" }: Fault, subject: string): boolean {
  const pattern = on
    .replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll("*", ".*")
    .replace(/:[a-z_]+/g, "[^/]+");
  return new RegExp(`^${pattern}$`).test(subject);
}
