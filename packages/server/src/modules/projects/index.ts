import { present } from "#kernel/assert.ts";
import type { Clock } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import type { PaymentTerms } from "#modules/invoices/domain/index.ts";
import {
  type Project,
  type ProjectSettings,
  productNumberOf,
  projectIdOf,
  retrySchedule,
  returnOriginsOf,
  type Side,
  sides,
} from "#modules/projects/domain/index.ts";
import type { Database, DiscoveryTx, Tx } from "#platform/db/database.ts";
import {
  findProject,
  insertProject,
  listProjectIds,
  listProjects,
  listProjectsBySlug,
  updatePaymentTerms,
  updateRetryDays,
  updateReturnOrigins,
} from "./store.ts";

export {
  mayReturnTo,
  type Project,
  type ProjectSettings,
  RETRIES_MAX,
  RETRY_DAY_MAX,
  RETURN_ORIGINS_MAX,
  type Side,
  sideOf,
} from "#modules/projects/domain/index.ts";
export { listProjectIds, listProjects };

/** The project of the transaction. */
export async function getProject(tx: Tx): Promise<Project> {
  return present(await findProject(tx), "a transaction is of a project that exists");
}

/** What may be changed of a project; what is absent stays as it is. */
export interface ProjectChanges {
  readonly retryDays?: readonly number[];
  readonly returnOrigins?: readonly string[];
  /** What of it is absent stays as well. */
  readonly paymentTerms?: Partial<PaymentTerms>;
}

/**
 * Changes the project of the transaction. Refuses with `retry_schedule_invalid` and
 * `return_origin_invalid`.
 */
export async function updateProject(
  tx: Tx,
  { retryDays, returnOrigins, paymentTerms }: ProjectChanges,
): Promise<Project> {
  if (returnOrigins !== undefined) await updateReturnOrigins(tx, returnOriginsOf(returnOrigins));
  if (retryDays !== undefined) await updateRetryDays(tx, retrySchedule(retryDays));
  if (paymentTerms !== undefined) {
    await updatePaymentTerms(tx, { ...(await getProject(tx)).paymentTerms, ...paymentTerms });
  }
  return getProject(tx);
}

/** One side of the project with this slug. Throws `project_not_found`. */
export async function getProjectBySlug(
  tx: DiscoveryTx,
  slug: string,
  side: Side,
): Promise<Project> {
  const found = (await listProjectsBySlug(tx, slug)).find((project) => project.side === side);
  if (found === undefined) throw new BillingError("project_not_found", { slug, side });
  return found;
}

/**
 * Makes sure that a project and its two sides exist, and answers them as they are. What exists is left
 * as it is. Runs before requests do, with transactions of its own: each side is a project of its own to
 * row-level security. Every round writes one side and looks again, so that processes that start at the
 * same time, or one that stopped between the two sides, arrive at the same pair.
 */
export async function ensureProject(
  { db, clock }: { db: Database; clock: Clock },
  settings: ProjectSettings,
): Promise<Record<Side, Project>> {
  for (;;) {
    const found = await db.acrossProjects((tx) => listProjectsBySlug(tx, settings.slug));
    const [live, sandbox] = sides.map((side) => found.find((project) => project.side === side));
    if (live !== undefined && sandbox !== undefined) return { live, sandbox };

    const productNumber =
      live === undefined ? await nextProductNumber(db) : productNumberOf(live.projectId);
    const side = live === undefined ? "live" : "sandbox";
    const projectId = projectIdOf(productNumber, side);
    const project = { ...settings, projectId, side, createdAtMs: clock.now() } as const;
    await db.inProject(projectId, (tx) => insertProject(tx, project));
  }
}

async function nextProductNumber(db: Database): Promise<number> {
  const newest = (await db.acrossProjects(listProjectIds)).at(-1);
  return newest === undefined ? 1 : productNumberOf(newest) + 1;
}
