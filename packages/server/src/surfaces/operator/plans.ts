import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import {
  archivePlan,
  createPlan,
  getPlan,
  getPlanVersion,
  listedPlanSnapshot,
  listPlans,
  type Publishing,
  planSnapshot,
  publishVersion,
} from "#modules/catalog/index.ts";
import { pageOf, readCursor } from "#platform/http/page.ts";
import { idFrom } from "#platform/http/wire.ts";
import * as operations from "./plans-operations.ts";
import { planDraft } from "./plans-wire.ts";

/** What is sold: publishing plans, and reading them in every version. */
export const planRoutes =
  (publishing: Publishing): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post("/v1/plans", operations.createPlan, ({ body }, reply) =>
      reply.answer(async (tx) =>
        listedPlanSnapshot(await createPlan(tx, publishing, planDraft(body))),
      ),
    );

    app.get("/v1/plans", operations.listPlans, (request) =>
      request.transact(async (tx) => {
        const { cursor, limit, status } = request.query;
        const [before = null] = readCursor(cursor, 1) ?? [];
        const filter = status === undefined ? {} : { status };
        const plans = await listPlans(tx, filter, { before, limit: limit + 1 });
        return pageOf(plans, limit, {
          toWire: listedPlanSnapshot,
          cursor: ({ latest }) => [latest.planId],
        });
      }),
    );

    app.get("/v1/plans/:id", operations.getPlan, (request) =>
      request.transact(async (tx) => listedPlanSnapshot(await getPlan(tx, idOf(request.params)))),
    );

    app.post("/v1/plans/:id/versions", operations.publishPlanVersion, ({ params, body }, reply) =>
      reply.answer(async (tx) =>
        listedPlanSnapshot(await publishVersion(tx, publishing, idOf(params), planDraft(body))),
      ),
    );

    app.get("/v1/plans/:id/versions/:version", operations.getPlanVersion, (request) =>
      request.transact(async (tx) => {
        const { params } = request;
        const key = { planId: idOf(params), version: params.version };
        return planSnapshot(await getPlanVersion(tx, key));
      }),
    );

    app.post("/v1/plans/:id/archive", operations.archivePlan, ({ params }, reply) =>
      reply.answer(async (tx) => listedPlanSnapshot(await archivePlan(tx, idOf(params)))),
    );
  };

function idOf({ id }: { readonly id: string }): bigint {
  return idFrom("plan", id, "plan_not_found");
}
