import { groupBy } from "#kernel/group-by.ts";
import type { NewId } from "#kernel/ids.ts";
import type { WebhookAttempt } from "#modules/webhooks/domain/index.ts";
import type { Database, Tx } from "#platform/db/database.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";
import { sideBySide } from "#platform/jobs/side-by-side.ts";
import { PROJECTS_AT_ONCE } from "./claim.ts";
import { insertAttempts, settleDeliveries } from "./delivery-store.ts";
import { type EndpointTry, recordHealth } from "./health.ts";

/** A try that has ended, and what it makes of its delivery. */
export interface EndedAttempt extends EndpointTry {
  readonly projectId: number;
  readonly attempt: WebhookAttempt;
}

/** Resolves once the outcome is committed. */
export type RecordAttempt = (ended: EndedAttempt) => Promise<void>;

interface Waiting {
  readonly ended: EndedAttempt;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Writes outcomes, one transaction at a time of a project: what ends while one commits goes into the
 * next one together, so that many quick receivers cost few transactions.
 */
export function createRecorder(db: Database, newId: NewId): RecordAttempt {
  let waiting: Waiting[] = [];
  let isWriting = false;

  async function writeAll(): Promise<void> {
    isWriting = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      const byProject = [...groupBy(batch, ({ ended }) => ended.projectId)];
      await sideBySide(byProject, PROJECTS_AT_ONCE, ([projectId, members]) =>
        write(projectId, members),
      );
    }
    isWriting = false;
  }

  async function write(projectId: number, members: readonly Waiting[]): Promise<void> {
    try {
      const batch = members.map(({ ended }) => ended);
      await db.inProject(projectId, async (tx) => {
        await record(tx, newId, batch);
        faultPoint("webhook.recorded");
      });
      faultPoint("webhook.committed");
      for (const { resolve } of members) resolve();
    } catch (error) {
      for (const { reject } of members) reject(error);
    }
  }

  return (ended) =>
    new Promise((resolve, reject) => {
      waiting.push({ ended, resolve, reject });
      if (!isWriting) void writeAll();
    });
}

async function record(tx: Tx, newId: NewId, batch: readonly EndedAttempt[]): Promise<void> {
  const settled = batch.map(({ attempt, outcome }) => ({
    ...outcome,
    customerId: attempt.customerId,
    id: attempt.deliveryId,
    attemptCount: attempt.attemptNumber,
  }));
  await insertAttempts(
    tx,
    batch.map(({ attempt }) => attempt),
  );
  await settleDeliveries(tx, settled);
  await recordHealth(tx, newId, batch);
}
