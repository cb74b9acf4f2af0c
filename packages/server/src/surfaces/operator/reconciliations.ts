import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { RailAccess } from "#flows/rail-customer.ts";
import { type ReconcileRange, reconcile } from "#flows/reconcile/reconcile.ts";
import type { ReconciliationResult } from "#modules/reconciliation/domain/index.ts";
import {
  differenceSnapshot,
  getReconciliation,
  listReconciliations,
  reconciliationSnapshot,
} from "#modules/reconciliation/index.ts";
import { pageOf, readCursor } from "#platform/http/page.ts";
import { idFrom, parseInstant } from "#platform/http/wire.ts";
import * as operations from "./reconciliations-operations.ts";

export interface ReconciliationDeps extends RailAccess {
  /** Told of each comparison that was made. */
  readonly onReconciled: (projectId: number, made: ReconciliationResult) => void;
}

/** Comparisons of the provider's journal with the ledger. */
export const reconciliationRoutes =
  (deps: ReconciliationDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      "/v1/reconciliations",
      operations.createReconciliation,
      async ({ caller, body }, reply) => {
        const made = await reconcile(deps, caller.projectId, rangeFrom(body));
        deps.onReconciled(caller.projectId, made);
        return reply.answer(async (tx) => detailToWire(await getReconciliation(tx, made.id)));
      },
    );

    app.get("/v1/reconciliations", operations.listReconciliations, (request) =>
      request.transact(async (tx) => {
        const { cursor, limit } = request.query;
        const [before = null] = readCursor(cursor, 1) ?? [];
        const made = await listReconciliations(tx, { before, limit: limit + 1 });
        return pageOf(made, limit, { toWire: reconciliationSnapshot, cursor: ({ id }) => [id] });
      }),
    );

    app.get("/v1/reconciliations/:id", operations.getReconciliation, (request) =>
      request.transact(async (tx) => {
        const id = idFrom("reconciliation", request.params.id, "reconciliation_not_found");
        return detailToWire(await getReconciliation(tx, id));
      }),
    );
  };

function rangeFrom({ from, to }: { readonly from?: string; readonly to?: string }): ReconcileRange {
  return {
    ...(from === undefined ? {} : { fromMs: parseInstant(from) }),
    ...(to === undefined ? {} : { toMs: parseInstant(to) }),
  };
}

function detailToWire(made: ReconciliationResult) {
  return {
    ...reconciliationSnapshot(made),
    differences: made.differences.map(differenceSnapshot),
  };
}
