import type { EpochMs } from "#kernel/clock.ts";
import { groupBy } from "#kernel/group-by.ts";
import { type WebhookDelivery, type WebhookEndpoint } from "#modules/webhooks/domain/index.ts";
import type { Database, Tx } from "#platform/db/database.ts";
import { sideBySide } from "#platform/jobs/side-by-side.ts";
import { abandonDeliveries, type DueDelivery, leaseDeliveries } from "./delivery-store.ts";
import { findEndpoints } from "./endpoint-store.ts";

/** How many projects' transactions run side by side. */
export const PROJECTS_AT_ONCE = 4;

/** A delivery that is ours until its lease ends, with where it goes. */
export interface ClaimedDelivery {
  readonly projectId: number;
  readonly delivery: WebhookDelivery;
  readonly endpoint: WebhookEndpoint;
}

export interface Claim {
  readonly deliverable: readonly ClaimedDelivery[];
  /** How many were given up, as their endpoint is deleted or disabled. */
  readonly abandonedCount: number;
}

/**
 * Leases the deliveries, a transaction for each project and some of these side by side, leaving out
 * what others have taken meanwhile.
 */
export async function claimDeliveries(
  db: Database,
  due: readonly DueDelivery[],
  nowMs: EpochMs,
  leaseEndMs: EpochMs,
): Promise<Claim> {
  const claims: Claim[] = [];
  const byProject = [...groupBy(due, (delivery) => delivery.projectId)];
  await sideBySide(byProject, PROJECTS_AT_ONCE, async ([projectId, wanted]) => {
    const claim = await db.inProject(projectId, async (tx) =>
      claimOf(tx, await leaseDeliveries(tx, wanted, nowMs, leaseEndMs)),
    );
    claims.push(claim);
  });
  return {
    deliverable: claims.flatMap((claim) => claim.deliverable),
    abandonedCount: claims.reduce((sum, claim) => sum + claim.abandonedCount, 0),
  };
}

async function claimOf(tx: Tx, leased: readonly WebhookDelivery[]): Promise<Claim> {
  const endpoints = await findEndpoints(tx, [...new Set(leased.map((each) => each.endpointId))]);
  const enabled = new Map(
    endpoints
      .filter((endpoint) => endpoint.status === "enabled")
      .map((endpoint) => [endpoint.endpointId, endpoint]),
  );

  const deliverable: ClaimedDelivery[] = [];
  const abandoned: WebhookDelivery[] = [];
  for (const delivery of leased) {
    const endpoint = enabled.get(delivery.endpointId);
    if (endpoint === undefined) abandoned.push(delivery);
    else deliverable.push({ projectId: tx.projectId, delivery, endpoint });
  }
  if (abandoned.length > 0) await abandonDeliveries(tx, abandoned);
  return { deliverable, abandonedCount: abandoned.length };
}
