import type pg from "pg";
import { presenceLock } from "./presence.ts";

/**
 * Lets the jobs go that workers hold who are no longer there, and answers those workers' names. Left
 * alone, the queue would give them four hours.
 */
export async function releaseDeadWorkers(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ workers: string[] | null }>(
    `with holder as materialized (
       select locked_by from graphile_worker._private_jobs where locked_by is not null
       union
       select locked_by from graphile_worker._private_job_queues where locked_by is not null
     ), dead as materialized (
       select array_agg(locked_by) as workers
         from holder where pg_try_advisory_xact_lock(${presenceLock("locked_by")})
     )
     select workers, graphile_worker.force_unlock_workers(workers)
       from dead where workers is not null`,
  );
  return rows[0]?.workers ?? [];
}
