import type { OwnedId } from "#kernel/ids.ts";
import type { Tx } from "./database.ts";

/**
 * Gives a name that someone else minted to an object, unless it is taken: answers whose it is. A name
 * is unique in its project; two who take it at once get the same answer.
 */
export async function claimName(tx: Tx, name: string, object: OwnedId): Promise<OwnedId> {
  const taken = await tx.query(
    `insert into lookup (lookup_key, project_id, customer_id, object_id) values ($1, $2, $3, $4)
     on conflict do nothing returning object_id`,
    [lookupKey(tx, name), tx.projectId, object.customerId, object.id],
  );
  if (taken.length > 0) return object;
  return (await findByName(tx, name)) ?? claimName(tx, name, object);
}

/** Whose a name is, or null when nobody has it. */
export async function findByName(tx: Tx, name: string): Promise<OwnedId | null> {
  const [row] = await tx.query<{ customer_id: bigint; object_id: bigint }>(
    "select customer_id, object_id from lookup where lookup_key = $1 and project_id = $2",
    [lookupKey(tx, name), tx.projectId],
  );
  return row === undefined ? null : { customerId: row.customer_id, id: row.object_id };
}

function lookupKey(tx: Tx, name: string): string {
  return `${tx.projectId}:${name}`;
}
