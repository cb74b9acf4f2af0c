import { Type } from "typebox";
import { Page, PageQuery } from "#platform/http/page.ts";
import { Closed, IdString } from "#platform/http/wire.ts";
import { NewPlanVersion, PlanStatusWire, PlanVersionWire, PlanWire } from "./plans-schema.ts";

const tags = ["plans"];
const Id = Closed({ id: IdString("plan") });
const VERSION_MAX = 2 ** 31 - 1;

export const createPlan = {
  config: { scope: "billing:write", refuses: ["plan_invalid", "currency_unknown"] },
  schema: {
    operationId: "createPlan",
    summary: "Publish a new plan",
    tags,
    body: NewPlanVersion,
    response: { 201: PlanWire },
  },
} as const;

export const listPlans = {
  config: { scope: "billing:read", refuses: [] },
  schema: {
    operationId: "listPlans",
    summary: "List plans in their newest versions, newest plan first",
    tags,
    querystring: PageQuery({ status: Type.Optional(PlanStatusWire) }),
    response: { 200: Page(PlanWire) },
  },
} as const;

export const getPlan = {
  config: { scope: "billing:read", refuses: ["plan_not_found"] },
  schema: {
    operationId: "getPlan",
    summary: "Get a plan in its newest version",
    tags,
    params: Id,
    response: { 200: PlanWire },
  },
} as const;

export const publishPlanVersion = {
  config: {
    scope: "billing:write",
    refuses: [
      "plan_not_found",
      "plan_archived",
      "plan_invalid",
      "plan_version_superseded",
      "currency_unknown",
    ],
  },
  schema: {
    operationId: "publishPlanVersion",
    summary: "Publish the next version of a plan",
    description:
      "The body is the whole version, not a change. New subscriptions get it; those that exist stay on theirs.",
    tags,
    params: Id,
    body: NewPlanVersion,
    response: { 201: PlanWire },
  },
} as const;

export const getPlanVersion = {
  config: { scope: "billing:read", refuses: ["plan_not_found", "plan_version_not_found"] },
  schema: {
    operationId: "getPlanVersion",
    summary: "Get one version of a plan",
    tags,
    params: Closed({
      id: IdString("plan"),
      version: Type.Integer({ minimum: 1, maximum: VERSION_MAX, examples: [1] }),
    }),
    response: { 200: PlanVersionWire },
  },
} as const;

export const archivePlan = {
  config: { scope: "billing:write", refuses: ["plan_not_found"], emptyBody: true },
  schema: {
    operationId: "archivePlan",
    summary: "Take a plan off sale; who has it keeps it",
    tags,
    params: Id,
    body: Closed({}),
    response: { 200: PlanWire },
  },
} as const;
