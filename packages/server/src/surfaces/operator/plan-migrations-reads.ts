import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { viewRows } from "#flows/migrate-plan/view-rows.ts";
import {
  getMigration,
  listMigrations,
  migratedSubscriptionSnapshot,
  planMigrationSnapshot,
  rowTotalsSnapshot,
  sumRows,
} from "#modules/plan-migrations/index.ts";
import { pageOf, readCursor } from "#platform/http/page.ts";
import { idFrom } from "#platform/http/wire.ts";
import * as operations from "./plan-migrations-operations.ts";

/** Looking at migrations, and at what they come to. */
export const planMigrationReads: FastifyPluginAsyncTypebox = async (app) => {
  app.get("/v1/plan_migrations", operations.listPlanMigrations, (request) =>
    request.transact(async (tx) => {
      const { cursor, limit, plan } = request.query;
      const [before = null] = readCursor(cursor, 1) ?? [];
      const filter = plan === undefined ? {} : { planId: idFrom("plan", plan, "plan_not_found") };
      const found = await listMigrations(tx, filter, { before, limit: limit + 1 });
      return pageOf(found, limit, { toWire: planMigrationSnapshot, cursor: ({ id }) => [id] });
    }),
  );

  app.get("/v1/plan_migrations/:id", operations.getPlanMigration, (request) =>
    request.transact(async (tx) => {
      const migration = await getMigration(tx, idOf(request.params));
      const totals = (await sumRows(tx, migration.id)).map(rowTotalsSnapshot);
      return { ...planMigrationSnapshot(migration), totals };
    }),
  );

  app.get(
    "/v1/plan_migrations/:id/subscriptions",
    operations.listMigratedSubscriptions,
    (request) =>
      request.transact(async (tx) => {
        const { cursor, limit, state } = request.query;
        const [customerId, id] = readCursor(cursor, 2) ?? [];
        const after = customerId === undefined || id === undefined ? null : { customerId, id };
        const filter = state === undefined ? {} : { state };
        const page = { after, limit: limit + 1 };
        const found = await viewRows(tx, idOf(request.params), filter, page);
        return pageOf(found, limit, {
          toWire: ({ row, customerName }) => ({
            ...migratedSubscriptionSnapshot(row),
            customer_name: customerName,
          }),
          cursor: ({ row }) => [row.customerId, row.subscriptionId],
        });
      }),
  );
};

export function idOf({ id }: { readonly id: string }): bigint {
  return idFrom("planMigration", id, "plan_migration_not_found");
}
