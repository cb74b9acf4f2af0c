import { type EpochMs, SECOND_MS } from "#kernel/clock.ts";
import { groupBy } from "#kernel/group-by.ts";
import type { Database } from "#platform/db/database.ts";
import { type DueDelivery, findDueDeliveries } from "./delivery-store.ts";
import type { Places } from "./places.ts";

/** The due deliveries that have been found and not been claimed yet. */
export interface Backlog {
  /** Those that may set out now. It forgets them, and looks for more when it knows of none. */
  next(nowMs: EpochMs): Promise<DueDelivery[]>;
  /** Whether there may be something to send once this endpoint has given a place back. */
  isWaitingFor(endpointId: bigint): boolean;
}

/** How long what was found is worked off before it is looked again: who is new waits for no longer. */
const FRESH_MS = SECOND_MS;
/** How many are found at once. */
const FOUND_MAX = 2048;

/**
 * Makes the backlog of a deliverer. Looking steps through every endpoint that waits, so it is done
 * for thousands of messages and not for each place that becomes free. Others may have claimed
 * meanwhile what was found: that is seen when it is claimed.
 */
export function createBacklog(db: Database, places: Places, perEndpoint: number): Backlog {
  let waiting: readonly DueDelivery[] = [];
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let isCut = false;
  /** Endpoints for which there may be more than was found. */
  let unread: ReadonlySet<bigint> = new Set();

  async function look(nowMs: EpochMs): Promise<void> {
    const exceptEndpoints = places.closed(nowMs);
    const search = { nowMs, exceptEndpoints, perEndpoint, countMax: FOUND_MAX };
    waiting = await db.acrossProjects((tx) => findDueDeliveries(tx, search));
    lookedAtMs = nowMs;
    isCut = waiting.length === FOUND_MAX;
    const byEndpoint = groupBy(waiting, ({ endpointId }) => endpointId);
    const full = [...byEndpoint].filter(([, found]) => found.length === perEndpoint);
    unread = new Set([...exceptEndpoints, ...full.map(([endpointId]) => endpointId)]);
  }

  function admit(nowMs: EpochMs): DueDelivery[] {
    const admitted = places.admit(waiting, nowMs);
    const gone = new Set(admitted);
    waiting = waiting.filter((delivery) => !gone.has(delivery));
    return admitted;
  }

  return {
    async next(nowMs) {
      if (waiting.length > 0 && nowMs - lookedAtMs < FRESH_MS) {
        const admitted = admit(nowMs);
        if (admitted.length > 0 || !places.hasRoom(nowMs)) return admitted;
      }
      await look(nowMs);
      return admit(nowMs);
    },
    isWaitingFor: (endpointId) => isCut || waiting.length > 0 || unread.has(endpointId),
  };
}
