import { present } from "#kernel/assert.ts";
import { findCustomers } from "#modules/customers/index.ts";
import type { MigratedSubscription, RowState } from "#modules/plan-migrations/domain/index.ts";
import { getMigration, listRows } from "#modules/plan-migrations/index.ts";
import type { Tx } from "#platform/db/database.ts";

/** A subscription of a migration, and what its customer is called. */
export interface ViewedRow {
  readonly row: MigratedSubscription;
  readonly customerName: string;
}

/** Part of a migration's subscriptions, in the order of their ids. Refuses with `plan_migration_not_found`. */
export async function viewRows(
  tx: Tx,
  migrationId: bigint,
  filter: { readonly state?: RowState },
  page: Parameters<typeof listRows>[3],
): Promise<ViewedRow[]> {
  const { id } = await getMigration(tx, migrationId);
  const rows = await listRows(tx, id, filter, page);
  const customers = await findCustomers(tx, [...new Set(rows.map((row) => row.customerId))]);
  return rows.map((row) => {
    const { name } = present(customers.get(row.customerId), "a subscriber is a customer");
    return { row, customerName: name };
  });
}
