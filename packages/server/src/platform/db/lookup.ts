import type { OwnedId } from "#kernel/ids.ts";
import type { Tx } from "./database.ts";

/** A name that someone else minted. It is unique among those of its kind in a project. */
export interface Name {
  /** `customer.external_id`: what is named, and by what. */
  readonly kind: string;
  readonly value: string;
}

/**
 * Takes a name for an object; false when another one has it. Waits for a transaction that is about to
 * take the same name.
 */
export async function takeName(tx: Tx, name: Name, object: OwnedId): Promise<boolean> {
  const taken = await tx.query(
    `insert into lookup (lookup_key, project_id, customer_id, object_id) values ($1, $2, $3, $4)
     on conflict do nothing returning object_id`,
    [lookupKey(tx, name), tx.projectId, object.customerId, object.id],
  );
  return taken.length > 0;
}

/** What has a name, or null. */
export async function findByName(tx: Tx, name: Name): Promise<OwnedId | null> {
  return (await findByNames(tx, name.kind, [name.value])).get(name.value) ?? null;
}

/** What has these names of one kind, by name. */
export async function findByNames(
  tx: Tx,
  kind: string,
  values: readonly string[],
): Promise<Map<string, OwnedId>> {
  if (values.length === 0) return new Map();
  const prefix = lookupKey(tx, { kind, value: "" });
  const rows = await tx.query<{ lookup_key: string; customer_id: bigint; object_id: bigint }>(
    `select lookup_key, customer_id, object_id from lookup
      where lookup_key = any($1) and project_id = $2`,
    [values.map((value) => prefix + value), tx.projectId],
  );
  return new Map(
    rows.map((row) => [
      row.lookup_key.slice(prefix.length),
      { customerId: row.customer_id, id: row.object_id },
    ]),
  );
}

/** Frees a name if it is this object's. */
export async function releaseName(tx: Tx, name: Name, object: OwnedId): Promise<void> {
  await tx.query("delete from lookup where lookup_key = $1 and customer_id = $2", [
    lookupKey(tx, name),
    object.customerId,
  ]);
}

function lookupKey(tx: Tx, { kind, value }: Name): string {
  return `${kind}:${tx.projectId}:${value}`;
}
