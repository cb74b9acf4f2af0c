import type { EpochMs } from "#kernel/clock.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type {
  MigrationCounts,
  MigrationStatus,
  PlanMigration,
  TakesEffect,
} from "#modules/plan-migrations/domain/index.ts";
import type { NowMode } from "#modules/subscriptions/domain/index.ts";
import { columns, instant, instantOrNull } from "#platform/db/columns.ts";
import type { DiscoveryTx, Tx } from "#platform/db/database.ts";

interface MigrationRow {
  id: bigint;
  plan_id: bigint;
  from_version: number | null;
  to_version: number;
  takes_effect: TakesEffect;
  policy: NowMode | null;
  only_ids: string[] | null;
  except_ids: string[];
  status: MigrationStatus;
  total_count: number;
  assessed_count: number;
  moved_count: number;
  skipped_count: number;
  failed_count: number;
  returned_count: number;
  kept_count: number;
  created_at: EpochMs;
  started_at: EpochMs | null;
  completed_at: EpochMs | null;
  undone_at: EpochMs | null;
}

/** Whom a migration is for: everybody, or these customers and subscriptions, but for those. */
export interface Audience {
  readonly only: Named | null;
  readonly except: Named;
}

export interface Named {
  readonly customerIds: readonly bigint[];
  readonly subscriptions: readonly OwnedId[];
}

/** What a migration is before it is known whom it moves. */
export type MigrationDraft = Omit<PlanMigration, "counts">;

/**
 * Writes a migration with a row for each subscription that it is for, and answers how many those are.
 * What has not begun to be paid for, and what is over, is none of them.
 */
export async function insertMigration(
  tx: Tx,
  draft: MigrationDraft,
  audience: Audience,
): Promise<number> {
  const count = await insertAudience(tx, draft, audience);
  await tx.query(
    `insert into plan_migration
            (project_id, id, plan_id, from_version, to_version, takes_effect, policy, only_ids,
             except_ids, status, total_count, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      tx.projectId,
      draft.id,
      draft.planId,
      draft.fromVersion,
      draft.toVersion,
      draft.takesEffect,
      draft.policy,
      draft.only,
      draft.except,
      draft.status,
      count,
      instant(draft.createdAtMs),
    ],
  );
  return count;
}

async function insertAudience(
  tx: Tx,
  { id, planId, fromVersion, toVersion }: MigrationDraft,
  { only, except }: Audience,
): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    `with made as (
       insert into plan_migration_subscription
              (customer_id, migration_id, subscription_id, project_id, from_version)
       select sold.customer_id, $2, sold.id, sold.project_id, held.version
         from subscription as sold
        cross join lateral (
              select sold.plan_version as version where sold.plan_id = $3
               union all
              select (item->>'version')::int
                from jsonb_array_elements(coalesce(sold.add_ons, '[]')) as item
               where (item->>'plan')::bigint = $3) as held
        where sold.project_id = $1 and sold.status not in ('incomplete', 'canceled', 'expired')
          and case when $4::int is null then held.version < $5::int else held.version = $4 end
          and ($6::bigint[] is null or sold.customer_id = any($6) or (sold.customer_id, sold.id) in
                (select * from unnest($7::bigint[], $8::bigint[])))
          and not (sold.customer_id = any($9::bigint[])) and (sold.customer_id, sold.id) not in
                (select * from unnest($10::bigint[], $11::bigint[]))
       returning subscription_id)
     select count(*)::int as count from made`,
    [
      tx.projectId,
      id,
      planId,
      fromVersion,
      toVersion,
      only?.customerIds ?? null,
      ...columns(only?.subscriptions ?? [], ["customerId", "id"]),
      except.customerIds,
      ...columns(except.subscriptions, ["customerId", "id"]),
    ],
  );
  return row?.count ?? 0;
}

export async function findMigration(tx: Tx, id: bigint): Promise<PlanMigration | null> {
  return one(tx, "project_id = $1 and id = $2", id);
}

/** Finds a migration and keeps others from changing it until the transaction ends. */
export async function lockMigration(tx: Tx, id: bigint): Promise<PlanMigration | null> {
  return one(tx, "project_id = $1 and id = $2 for update", id);
}

/** Newest first. */
export async function listMigrations(
  tx: Tx,
  filter: { readonly planId?: bigint },
  page: { readonly before: bigint | null; readonly limit: number },
): Promise<PlanMigration[]> {
  const rows = await tx.query<MigrationRow>(
    `select * from plan_migration
      where project_id = $1 and ($2::bigint is null or plan_id = $2)
        and ($3::bigint is null or id < $3)
      order by id desc limit $4`,
    [tx.projectId, filter.planId ?? null, page.before, page.limit],
  );
  return rows.map(toMigration);
}

/** Where somebody has to do something for a migration. */
export interface MigrationAtWork {
  readonly projectId: number;
  readonly id: bigint;
}

/** Those that move, return or work out something. */
export async function findMigrationsAtWork(tx: DiscoveryTx): Promise<MigrationAtWork[]> {
  const rows = await tx.query<{ project_id: number; id: bigint }>(
    `select project_id, id from plan_migration
      where status in ('running', 'undoing') or (status = 'draft' and assessed_count < total_count)
      order by project_id, id`,
  );
  return rows.map(({ project_id: projectId, id }) => ({ projectId, id }));
}

/** Writes where a migration that this transaction holds has got to. */
export async function updateMigrationStatus(tx: Tx, migration: PlanMigration): Promise<void> {
  await tx.query(
    `update plan_migration
        set status = $3, started_at = $4, completed_at = $5, undone_at = $6
      where project_id = $1 and id = $2`,
    [
      tx.projectId,
      migration.id,
      migration.status,
      instantOrNull(migration.startedAtMs),
      instantOrNull(migration.completedAtMs),
      instantOrNull(migration.undoneAtMs),
    ],
  );
}

/**
 * Adds to a migration's counts what a batch came to, and holds it. Null, and nothing is written, where it
 * is not in the state any more in which the batch found it.
 */
export async function addToCounts(
  tx: Tx,
  { id, status }: Pick<PlanMigration, "id" | "status">,
  gained: Partial<MigrationCounts>,
): Promise<PlanMigration | null> {
  const { assessed = 0, moved = 0, skipped = 0, failed = 0, returned = 0, kept = 0 } = gained;
  const [row] = await tx.query<MigrationRow>(
    `update plan_migration
        set assessed_count = assessed_count + $4, moved_count = moved_count + $5,
            skipped_count = skipped_count + $6, failed_count = failed_count + $7,
            returned_count = returned_count + $8, kept_count = kept_count + $9
      where project_id = $1 and id = $2 and status = $3 returning *`,
    [tx.projectId, id, status, assessed, moved, skipped, failed, returned, kept],
  );
  return row === undefined ? null : toMigration(row);
}

async function one(tx: Tx, condition: string, id: bigint): Promise<PlanMigration | null> {
  const [row] = await tx.query<MigrationRow>(`select * from plan_migration where ${condition}`, [
    tx.projectId,
    id,
  ]);
  return row === undefined ? null : toMigration(row);
}

function toMigration(row: MigrationRow): PlanMigration {
  return {
    id: row.id,
    planId: row.plan_id,
    fromVersion: row.from_version,
    toVersion: row.to_version,
    takesEffect: row.takes_effect,
    policy: row.policy,
    only: row.only_ids,
    except: row.except_ids,
    status: row.status,
    counts: {
      total: row.total_count,
      assessed: row.assessed_count,
      moved: row.moved_count,
      skipped: row.skipped_count,
      failed: row.failed_count,
      returned: row.returned_count,
      kept: row.kept_count,
    },
    createdAtMs: row.created_at,
    startedAtMs: row.started_at,
    completedAtMs: row.completed_at,
    undoneAtMs: row.undone_at,
  };
}
