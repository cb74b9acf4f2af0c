import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import {
  createPlan,
  getPlan,
  listPlans,
  type Publishing,
  publishVersion,
} from "#modules/catalog/index.ts";
import { pageOf, readCursor } from "#platform/http/page.ts";
import { idFrom } from "#platform/http/wire.ts";
import { ok, okPage } from "./answers.ts";
import * as operations from "./plan-operations.ts";
import { changedPlanFromWire, planFromWire, planToWire } from "./plan-wire.ts";

const PLANS = "/api/v1/billing_plans";

/** Plans of the metered document. */
export const meteredPlanRoutes =
  (publishing: Publishing): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(PLANS, operations.createPlan, ({ body }, reply) =>
      reply.answer(async (tx) =>
        ok(planToWire(await createPlan(tx, publishing, planFromWire(body)))),
      ),
    );

    app.get(PLANS, operations.listPlans, (request) =>
      request.transact(async (tx) => {
        const { cursor, limit } = request.query;
        const [before = null] = readCursor(cursor, 1) ?? [];
        const plans = await listPlans(tx, {}, { before, limit: limit + 1 });
        const page = pageOf(plans, limit, {
          toWire: planToWire,
          cursor: ({ latest }) => [latest.planId],
        });
        return okPage(page);
      }),
    );

    app.get(`${PLANS}/:uid`, operations.getPlan, (request) =>
      request.transact(async (tx) => ok(planToWire(await getPlan(tx, idOf(request.params))))),
    );

    app.put(`${PLANS}/:uid`, operations.updatePlan, (request) =>
      request.transact(async (tx) => {
        const id = idOf(request.params);
        const draft = changedPlanFromWire(await getPlan(tx, id), request.body);
        return ok(planToWire(await publishVersion(tx, publishing, id, draft)));
      }),
    );
  };

function idOf({ uid }: { readonly uid: string }): bigint {
  return idFrom("plan", uid, "plan_not_found");
}
