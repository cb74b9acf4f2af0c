import type { EpochMs } from "#kernel/clock.ts";
import type { RailName } from "#modules/payments/domain/index.ts";
import type { RailNotice } from "#modules/payments/rails/rail.ts";
import { instant } from "#platform/db/columns.ts";
import type { DiscoveryTx, Tx } from "#platform/db/database.ts";

/** A stored notice that is still to be handled. */
export interface DueRailEvent extends Pick<RailNotice, "id" | "about" | "objectRef"> {
  readonly projectId: number;
  readonly rail: RailName;
}

interface RailEventRow {
  project_id: number;
  rail: RailName;
  rail_ref: string;
  about: RailNotice["about"];
  object_ref: string;
}

/**
 * Stores a notice: due at once, or done with when it is about nothing that is followed. One that
 * came before stays as it is, however long ago that was.
 */
export async function insertRailEvent(
  tx: Tx,
  rail: RailName,
  notice: RailNotice,
  wallNowMs: EpochMs,
): Promise<void> {
  const isFollowed = notice.about !== null;
  await tx.query(
    `insert into rail_event
            (project_id, rail, rail_ref, type, about, object_ref, received_at, next_attempt_at,
             handled_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing`,
    [
      tx.projectId,
      rail,
      notice.id,
      notice.type,
      notice.about,
      notice.objectRef,
      instant(wallNowMs),
      isFollowed ? instant(wallNowMs) : null,
      isFollowed ? null : instant(wallNowMs),
    ],
  );
}

/** Notices that wait to be handled, in every project, the longest waiting first. */
export async function findDueRailEvents(
  tx: DiscoveryTx,
  wallNowMs: EpochMs,
  limit: number,
): Promise<DueRailEvent[]> {
  const rows = await tx.query<RailEventRow>(
    `select project_id, rail, rail_ref, about, object_ref from rail_event
      where next_attempt_at <= $1 order by next_attempt_at limit $2`,
    [instant(wallNowMs), limit],
  );
  return rows.map((row) => ({
    projectId: row.project_id,
    rail: row.rail,
    id: row.rail_ref,
    about: row.about,
    objectRef: row.object_ref,
  }));
}

/** Takes a notice for handling. False when somebody else has it, or is done with it. */
export async function claimRailEvent(
  tx: Tx,
  event: DueRailEvent,
  instants: { readonly wallNowMs: EpochMs; readonly againMs: EpochMs },
): Promise<boolean> {
  const rows = await tx.query(
    `update rail_event set next_attempt_at = $4
      where project_id = $1 and rail = $2 and rail_ref = $3 and next_attempt_at <= $5
      returning rail_ref`,
    [tx.projectId, event.rail, event.id, instant(instants.againMs), instant(instants.wallNowMs)],
  );
  return rows.length > 0;
}

export async function updateRailEventHandled(
  tx: Tx,
  event: DueRailEvent,
  wallNowMs: EpochMs,
): Promise<void> {
  await tx.query(
    `update rail_event set handled_at = $4, next_attempt_at = null
      where project_id = $1 and rail = $2 and rail_ref = $3`,
    [tx.projectId, event.rail, event.id, instant(wallNowMs)],
  );
}
