import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import {
  createPlan,
  getPlan,
  listPlans,
  type Publishing,
  publishVersion,
} from "#modules/catalog/index.ts";
import { PageQuery, pageOf, readCursor } from "#platform/http/page.ts";
import { Closed, IdString, idFrom } from "#platform/http/wire.ts";
import { Ok, OkPage, ok, okPage } from "./answers.ts";
import {
  changedPlanFromWire,
  NewPlanBody,
  PlanChangesBody,
  PlanWire,
  planFromWire,
  planToWire,
} from "./plan-wire.ts";

const tags = ["metered plans"];
const Uid = Closed({ uid: IdString("plan") });

export const meteredPlanRoutes =
  (publishing: Publishing): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      "/api/v1/billing_plans",
      {
        config: { scope: "billing:write", refuses: ["plan_invalid", "currency_unknown"] },
        schema: {
          operationId: "createBillingPlan",
          summary: "Create a plan with a base fee and usage metrics",
          tags,
          body: NewPlanBody,
          response: { 201: Ok(PlanWire) },
        },
      },
      (request, reply) =>
        reply.answer(async (tx) =>
          ok(planToWire(await createPlan(tx, publishing, planFromWire(request.body)))),
        ),
    );

    app.get(
      "/api/v1/billing_plans",
      {
        config: { scope: "billing:read", refuses: [] },
        schema: {
          operationId: "listBillingPlans",
          summary: "List plans, newest first",
          tags,
          querystring: PageQuery({}),
          response: { 200: OkPage(PlanWire) },
        },
      },
      (request) =>
        request.transact(async (tx) => {
          const { cursor, limit } = request.query;
          const [before = null] = readCursor(cursor, 1) ?? [];
          const plans = await listPlans(tx, {}, { before, limit: limit + 1 });
          const toPage = {
            toWire: planToWire,
            cursor: (plan: (typeof plans)[0]) => [plan.latest.planId],
          };
          return okPage(pageOf(plans, limit, toPage));
        }),
    );

    app.get(
      "/api/v1/billing_plans/:uid",
      {
        config: { scope: "billing:read", refuses: ["plan_not_found"] },
        schema: {
          operationId: "getBillingPlan",
          summary: "Get a plan",
          tags,
          params: Uid,
          response: { 200: Ok(PlanWire) },
        },
      },
      (request) =>
        request.transact(async (tx) =>
          ok(planToWire(await getPlan(tx, planId(request.params.uid)))),
        ),
    );

    app.put(
      "/api/v1/billing_plans/:uid",
      {
        config: {
          scope: "billing:write",
          refuses: [
            "plan_not_found",
            "plan_invalid",
            "plan_archived",
            "plan_version_superseded",
            "currency_unknown",
          ],
        },
        schema: {
          operationId: "updateBillingPlan",
          summary: "Change a plan for those who subscribe from now on",
          tags,
          params: Uid,
          body: PlanChangesBody,
          response: { 200: Ok(PlanWire) },
        },
      },
      (request) =>
        request.transact(async (tx) => {
          const id = planId(request.params.uid);
          const draft = changedPlanFromWire(await getPlan(tx, id), request.body);
          return ok(planToWire(await publishVersion(tx, publishing, id, draft)));
        }),
    );
  };

function planId(text: string): bigint {
  return idFrom("plan", text, "plan_not_found");
}
