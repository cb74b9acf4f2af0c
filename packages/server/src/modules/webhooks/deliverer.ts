import { SECOND_MS } from "#kernel/clock.ts";
import type { NewId } from "#kernel/ids.ts";
import type { Database } from "#platform/db/database.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";
import type { Log } from "#platform/jobs/log.ts";
import { type After, createLoop, type Loop } from "#platform/jobs/loop.ts";
import { type AttemptDeps, attemptDelivery } from "./attempt.ts";
import { type ClaimedDelivery, claimDeliveries } from "./claim.ts";
import { findDueDeliveries } from "./delivery-store.ts";
import { createPlaces } from "./places.ts";
import { createRecorder, type EndedAttempt } from "./recorder.ts";

/** `clock` is the wall clock; `random`, in [0, 1), spreads the retries. */
export interface DelivererOptions extends AttemptDeps {
  readonly db: Database;
  readonly newId: NewId;
  readonly log: Log;
  /** How many messages are under way at once, not counting slow ones, and how many to one endpoint. */
  readonly concurrency?: number;
  readonly perEndpoint?: number;
  /** How long a try may take from claim to record before it is made again; above the post's timeout. */
  readonly leaseMs?: number;
  readonly after?: After;
}

const CONCURRENCY = 64;
const PER_ENDPOINT = 16;
const LEASE_MS = 60 * SECOND_MS;

/**
 * Sends what is due, each message at least once: a try whose end was not recorded, because we were
 * killed or the database was away, is made again under the same message id when its lease is over.
 *
 * `runOnce` sends all that is due and waits for the outcomes. `stop` claims nothing more and waits
 * for the tries under way, at most for the timeout of a post.
 */
export function createDeliverer(options: DelivererOptions): Loop {
  const { db, clock, newId, log, after, leaseMs = LEASE_MS, perEndpoint = PER_ENDPOINT } = options;
  const places = createPlaces({ concurrency: options.concurrency ?? CONCURRENCY, perEndpoint });
  const record = createRecorder(db, newId);
  const underWay = new Set<Promise<void>>();
  let lastDueCount = 0;

  /** Starts what is due and has a place. It waits for no answer, so a slow receiver holds up none. */
  async function startDue(): Promise<number> {
    const nowMs = clock.now();
    const due = await db.acrossProjects((tx) => findDueDeliveries(tx, nowMs, perEndpoint));
    lastDueCount = due.length;
    const admitted = places.admit(due, nowMs);
    const claim = await claimDeliveries(db, admitted, nowMs, nowMs + leaseMs);
    if (claim.deliverable.length > 0) faultPoint("webhook.claimed");
    for (const claimed of claim.deliverable) start(claimed);
    return claim.deliverable.length + claim.abandonedCount;
  }

  function start(claimed: ClaimedDelivery): void {
    const release = places.take(claimed.delivery.endpointId, clock.now());
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
        loop.wake();
      });
    underWay.add(ended);
  }

  async function deliver(claimed: ClaimedDelivery): Promise<EndedAttempt> {
    const attempt = await attemptDelivery(claimed, options);
    faultPoint("webhook.sent");
    await record(attempt);
    return attempt;
  }

  const loop = createLoop({ name: "webhooks", pass: startDue, log, ...(after && { after }) });

  const settled = async (): Promise<void> => {
    while (underWay.size > 0) await Promise.all(underWay);
  };

  return {
    ...loop,
    async runOnce() {
      let total = 0;
      for (;;) {
        total += await loop.runOnce();
        const isAllStarted = lastDueCount === 0;
        await settled();
        if (isAllStarted) return total;
      }
    },
    async stop() {
      await loop.stop();
      await settled();
    },
  };
}
