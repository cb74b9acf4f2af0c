import { PageQuery } from "#platform/http/page.ts";
import { Closed, IdString } from "#platform/http/wire.ts";
import { Ok, OkPage } from "./answers.ts";
import { NewPlanBody, PlanChangesBody, PlanWire } from "./plan-wire.ts";

const tags = ["metered plans"];
const Uid = Closed({ uid: IdString("plan") });

export const createPlan = {
  config: { scope: "billing:write", refuses: ["plan_invalid", "currency_unknown"] },
  schema: {
    operationId: "createBillingPlan",
    summary: "Create a plan with a base fee and usage metrics",
    tags,
    body: NewPlanBody,
    response: { 201: Ok(PlanWire) },
  },
} as const;

export const listPlans = {
  config: { scope: "billing:read", refuses: [] },
  schema: {
    operationId: "listBillingPlans",
    summary: "List plans, newest first",
    tags,
    querystring: PageQuery({}),
    response: { 200: OkPage(PlanWire) },
  },
} as const;

export const getPlan = {
  config: { scope: "billing:read", refuses: ["plan_not_found"] },
  schema: {
    operationId: "getBillingPlan",
    summary: "Get a plan",
    tags,
    params: Uid,
    response: { 200: Ok(PlanWire) },
  },
} as const;

export const updatePlan = {
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
} as const;
