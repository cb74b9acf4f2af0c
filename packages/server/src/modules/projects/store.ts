import { type EpochMs, isoInstant } from "#kernel/clock.ts";
import type { PaymentTerms } from "#modules/invoices/domain/index.ts";
import type { Project, Side } from "#modules/projects/domain/index.ts";
import type { DiscoveryTx, Tx } from "#platform/db/database.ts";

const MADE_WITH =
  "project_id, slug, side, name, key_prefix, return_origins, retry_days, created_at";
const COLUMNS = `${MADE_WITH}, collection, net_days`;

/**
 * Adds one side, with the usual payment terms; does nothing where its number or its slug is taken, also by
 * another process.
 */
export async function insertProject(tx: Tx, project: Omit<Project, "paymentTerms">): Promise<void> {
  await tx.query(
    `insert into project (${MADE_WITH}) values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict do nothing`,
    [
      project.projectId,
      project.slug,
      project.side,
      project.name,
      project.keyPrefix,
      project.returnOrigins,
      project.retryDays,
      isoInstant(project.createdAtMs),
    ],
  );
}

/** Changes when failed charges are tried again, from the next failure on. */
export async function updateRetryDays(tx: Tx, retryDays: readonly number[]): Promise<void> {
  await tx.query("update project set retry_days = $2 where project_id = $1", [
    tx.projectId,
    retryDays,
  ]);
}

/** Changes where payers may be sent back to, for payment links that are made from now on. */
export async function updateReturnOrigins(tx: Tx, returnOrigins: readonly string[]): Promise<void> {
  await tx.query("update project set return_origins = $2 where project_id = $1", [
    tx.projectId,
    returnOrigins,
  ]);
}

/** Changes on what terms invoices are to be paid that are made from now on. */
export async function updatePaymentTerms(
  tx: Tx,
  { collection, netDays }: PaymentTerms,
): Promise<void> {
  await tx.query("update project set collection = $2, net_days = $3 where project_id = $1", [
    tx.projectId,
    collection,
    netDays,
  ]);
}

/** The project of the transaction, or null before it exists. */
export async function findProject(tx: Tx): Promise<Project | null> {
  const [row] = await tx.query<ProjectRow>(`select ${COLUMNS} from project where project_id = $1`, [
    tx.projectId,
  ]);
  return row === undefined ? null : projectFromRow(row);
}

/** The sides that a slug has, live first. */
export async function listProjectsBySlug(tx: DiscoveryTx, slug: string): Promise<Project[]> {
  const rows = await tx.query<ProjectRow>(
    `select ${COLUMNS} from project where slug = $1 order by project_id`,
    [slug],
  );
  return rows.map(projectFromRow);
}

/** Every side of every project, in the order of their numbers. */
export async function listProjects(tx: DiscoveryTx): Promise<Project[]> {
  const rows = await tx.query<ProjectRow>(`select ${COLUMNS} from project order by project_id`);
  return rows.map(projectFromRow);
}

/** The number of every side of every project, in order. */
export async function listProjectIds(tx: DiscoveryTx): Promise<number[]> {
  const rows = await tx.query<{ project_id: number }>(
    "select project_id from project order by project_id",
  );
  return rows.map((row) => row.project_id);
}

interface ProjectRow {
  readonly project_id: number;
  readonly slug: string;
  readonly side: Side;
  readonly name: string;
  readonly key_prefix: string;
  readonly return_origins: string[];
  readonly retry_days: number[];
  readonly collection: PaymentTerms["collection"];
  readonly net_days: number;
  readonly created_at: EpochMs;
}

function projectFromRow(row: ProjectRow): Project {
  return {
    projectId: row.project_id,
    slug: row.slug,
    side: row.side,
    name: row.name,
    keyPrefix: row.key_prefix,
    returnOrigins: row.return_origins,
    retryDays: row.retry_days,
    paymentTerms: { collection: row.collection, netDays: row.net_days },
    createdAtMs: row.created_at,
  };
}
