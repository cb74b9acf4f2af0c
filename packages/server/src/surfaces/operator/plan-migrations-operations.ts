import { Type } from "typebox";
import { Page, PageQuery } from "#platform/http/page.ts";
import { Closed, IdString } from "#platform/http/wire.ts";
import {
  MigratedSubscriptionWire,
  NewPlanMigration,
  PlanMigrationDetailWire,
  PlanMigrationWire,
  RowState,
} from "./plan-migrations-schema.ts";

const tags = ["plan migrations"];
const Id = Closed({ id: IdString("planMigration") });

export const createPlanMigration = {
  config: {
    scope: "billing:write",
    refuses: [
      "plan_not_found",
      "plan_version_not_found",
      "plan_migration_invalid",
      "customer_not_found",
      "subscription_not_found",
    ],
  },
  schema: {
    operationId: "createPlanMigration",
    summary: "Draft the move of subscribers to another version of their plan",
    description:
      "A draft changes nothing. It holds those who have the plan in another version now, and works out " +
      "what moving each of them comes to, by making the move and undoing it: `progress.assessed` says " +
      "how far that is. It is the preview of what starting it does. To have it worked out anew, draft " +
      "another one.",
    tags,
    body: NewPlanMigration,
    response: { 201: PlanMigrationWire },
  },
} as const;

export const listPlanMigrations = {
  config: { scope: "billing:read", refuses: ["plan_not_found"] },
  schema: {
    operationId: "listPlanMigrations",
    summary: "List plan migrations, newest first",
    tags,
    querystring: PageQuery({ plan: Type.Optional(IdString("plan")) }),
    response: { 200: Page(PlanMigrationWire) },
  },
} as const;

export const getPlanMigration = {
  config: { scope: "billing:read", refuses: ["plan_migration_not_found"] },
  schema: {
    operationId: "getPlanMigration",
    summary: "Get a plan migration with its progress and what it comes to",
    tags,
    params: Id,
    response: { 200: PlanMigrationDetailWire },
  },
} as const;

export const listMigratedSubscriptions = {
  config: { scope: "billing:read", refuses: ["plan_migration_not_found"] },
  schema: {
    operationId: "listMigratedSubscriptions",
    summary: "List the subscriptions of a plan migration with what each comes to",
    tags,
    params: Id,
    querystring: PageQuery({ state: Type.Optional(RowState) }),
    response: { 200: Page(MigratedSubscriptionWire) },
  },
} as const;

const asking = {
  config: {
    scope: "billing:write",
    refuses: ["plan_migration_not_found", "plan_migration_transition_refused"],
    emptyBody: true,
  },
  schema: { tags, params: Id, body: Closed({}), response: { 200: PlanMigrationWire } },
} as const;

export const startPlanMigration = {
  config: asking.config,
  schema: {
    ...asking.schema,
    operationId: "startPlanMigration",
    summary: "Begin to move the subscriptions of a draft",
    description:
      "They are moved beside requests, a batch at a time; `progress` says how far it is. One that " +
      "cannot be moved says why and stops none of the others.",
  },
} as const;

export const pausePlanMigration = {
  config: asking.config,
  schema: {
    ...asking.schema,
    operationId: "pausePlanMigration",
    summary: "Move no more subscriptions for now",
    description: "Once it is answered nothing more is moved. What was moved stays so.",
  },
} as const;

export const resumePlanMigration = {
  config: asking.config,
  schema: {
    ...asking.schema,
    operationId: "resumePlanMigration",
    summary: "Go on moving subscriptions where it was paused",
  },
} as const;

export const undoPlanMigration = {
  config: asking.config,
  schema: {
    ...asking.schema,
    operationId: "undoPlanMigration",
    summary: "Return what was moved, as far as it was not billed",
    description:
      "What waits for its period's end is withdrawn, and what has moved holds its old version again. " +
      "Where something was given back, charged or billed under the new version, it is kept, and says so: a " +
      "migration in the other direction moves it. A draft is discarded.",
  },
} as const;
