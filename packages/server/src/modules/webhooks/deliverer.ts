import { type EpochMs, SECOND_MS } from "#kernel/clock.ts";
import type { NewId } from "#kernel/ids.ts";
import type { Database } from "#platform/db/database.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";
import type { Log } from "#platform/jobs/log.ts";
import { type After, createLoop, type Loop } from "#platform/jobs/loop.ts";
import { POST_TIMEOUT_MS } from "#platform/outbound/post.ts";
import { type AttemptDeps, attemptDelivery } from "./attempt.ts";
import { createBacklog } from "./backlog.ts";
import { type ClaimedDelivery, claimDeliveries } from "./claim.ts";
import type { DueDelivery } from "./delivery-store.ts";
import { createPlaces, type Places } from "./places.ts";
import { createRecorder, type EndedAttempt } from "./recorder.ts";

/** `clock` is the wall clock; `random`, in [0, 1), spreads the retries. */
export interface DelivererOptions extends AttemptDeps {
  readonly db: Database;
  readonly newId: NewId;
  readonly log: Log;
  /** How many messages are under way at once, not counting slow ones, and how many to one endpoint. */
  readonly concurrency?: number;
  readonly perEndpoint?: number;
  readonly after?: After;
}

const CONCURRENCY = 256;
const PER_ENDPOINT = 16;
/**
 * How long a claimed delivery is nobody else's. It covers the longest try and its record, so that two
 * never send the same at once, and no more: what a killed process had claimed waits for so long.
 */
const LEASE_MS = POST_TIMEOUT_MS + 5 * SECOND_MS;

/**
 * Sends what is due, each message at least once: a try whose end was not recorded, because we were
 * killed or the database was away, is made again under the same message id when its lease is over.
 *
 * `runOnce` sends all that is due and waits for the outcomes. `stop` claims nothing more and waits
 * for the tries under way, at most for the timeout of a post.
 */
export function createDeliverer(options: DelivererOptions): Loop {
  const { db, clock, log, after, perEndpoint = PER_ENDPOINT } = options;
  const places = createPlaces({ concurrency: options.concurrency ?? CONCURRENCY, perEndpoint });
  const backlog = createBacklog(db, places, perEndpoint);
  const tries = createTries(options, places, (endpointId) => {
    if (backlog.isWaitingFor(endpointId)) loop.wake();
  });
  let isAllClaimed = false;

  /** Starts what is due and has a place. It waits for no answer, so a slow receiver holds up none. */
  async function startDue(): Promise<number> {
    // Those under way keep others of their endpoints from being looked for.
    const isAlone = tries.areNone();
    for (;;) {
      const nowMs = clock.now();
      const admitted = await backlog.next(nowMs);
      isAllClaimed = isAlone && admitted.length === 0;
      if (admitted.length === 0) return 0;
      const count = await claimAndStart(admitted, nowMs);
      // None means that another process was quicker: there may be more that it has not taken.
      if (count > 0) return count;
    }
  }

  async function claimAndStart(admitted: readonly DueDelivery[], nowMs: EpochMs): Promise<number> {
    const leaseEndMs = nowMs + LEASE_MS;
    const { deliverable, abandonedCount } = await claimDeliveries(db, admitted, nowMs, leaseEndMs);
    if (deliverable.length > 0) faultPoint("webhook.claimed");
    const isInTime = clock.now() + POST_TIMEOUT_MS <= leaseEndMs;
    if (isInTime) for (const claimed of deliverable) tries.start(claimed);
    else log.warn({ count: deliverable.length }, "webhooks were claimed too slowly to be sent now");
    return deliverable.length + abandonedCount;
  }

  const loop = createLoop({ name: "webhooks", pass: startDue, log, ...(after && { after }) });

  return {
    ...loop,
    async runOnce() {
      let total = 0;
      for (;;) {
        total += await loop.runOnce();
        if (isAllClaimed) return total;
        await tries.settled();
      }
    },
    async stop() {
      await loop.stop();
      await tries.settled();
    },
  };
}

/** The tries under way. `onFreed` is told when an endpoint has a place more. */
function createTries(
  options: DelivererOptions,
  places: Places,
  onFreed: (endpointId: bigint) => void,
) {
  const { clock, log } = options;
  const record = createRecorder(options.db, options.newId);
  const underWay = new Set<Promise<void>>();

  async function deliver(claimed: ClaimedDelivery): Promise<EndedAttempt> {
    const attempt = await attemptDelivery(claimed, options);
    faultPoint("webhook.sent");
    await record(attempt);
    return attempt;
  }

  return {
    start(claimed: ClaimedDelivery): void {
      const { endpointId } = claimed.delivery;
      const release = places.take(endpointId, clock.now());
      let isDelivered = false;
      const ended = deliver(claimed)
        .then(({ outcome }) => {
          isDelivered = outcome.status === "delivered";
        })
        .catch((error: unknown) => {
          log.error({ err: error }, "a webhook was sent, but how that went could not be recorded");
        })
        .finally(() => {
          release(isDelivered);
          underWay.delete(ended);
          onFreed(endpointId);
        });
      underWay.add(ended);
    },
    areNone: () => underWay.size === 0,
    async settled(): Promise<void> {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}
