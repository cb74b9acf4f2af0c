import type { Clock } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import { insertRailEvent, type Rail } from "#modules/payments/index.ts";
import { getProjectBySlug } from "#modules/projects/index.ts";
import type { Database } from "#platform/db/database.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";

export interface NoticeReceiving {
  readonly db: Database;
  readonly clock: Clock;
  readonly rails: (projectId: number) => Rail;
}

/** A notice as it came in. */
export interface ReceivedNotice {
  /** The project and its side, as the address names them: `shop-live`, `shop-sandbox`. */
  readonly project: string;
  readonly rawBody: Uint8Array;
  readonly signature: string;
}

const PROJECT_AND_SIDE = /^(.+)-(live|sandbox)$/;

/**
 * Makes what takes in the notices of rails: each is stored once by its id, for a job to handle, in a
 * transaction of its own. Refuses with `project_not_found`, `rail_not_configured` or
 * `rail_signature_invalid`.
 */
export function createNoticeReceiver({ db, clock, rails }: NoticeReceiving) {
  // A project keeps its name and its number for ever, and a busy rail sends many notices a second.
  const known = new Map<string, number>();
  return async ({ project, rawBody, signature }: ReceivedNotice): Promise<void> => {
    const knownId = known.get(project);
    const projectId = knownId ?? (await projectIdOf(db, project));
    if (knownId === undefined) known.set(project, projectId);
    const rail = rails(projectId);
    const notice = rail.parseNotice(rawBody, signature, clock.now());
    await db.inProject(projectId, async (tx) => {
      await insertRailEvent(tx, rail.name, notice, clock.now());
      faultPoint("notice.stored");
    });
    faultPoint("notice.committed");
  };
}

async function projectIdOf(db: Database, project: string): Promise<number> {
  const [, slug, side] = PROJECT_AND_SIDE.exec(project) ?? [];
  if (slug === undefined || (side !== "live" && side !== "sandbox")) {
    throw new BillingError("project_not_found", { project });
  }
  return (await db.acrossProjects((tx) => getProjectBySlug(tx, slug, side))).projectId;
}
