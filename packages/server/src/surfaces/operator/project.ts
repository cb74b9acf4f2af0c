import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { type Static, Type } from "typebox";
import { isoInstant } from "#kernel/clock.ts";
import {
  getProject,
  type Project,
  RETRIES_MAX,
  RETRY_DAY_MAX,
  RETURN_ORIGINS_MAX,
  updateProject,
} from "#modules/projects/index.ts";
import { Closed, Instant, Literals } from "#platform/http/wire.ts";
import { Collection, NetDays, termsFrom, termsToWire } from "./payment-terms-wire.ts";

const RetryDays = Type.Array(Type.Integer({ minimum: 1, maximum: RETRY_DAY_MAX }), {
  maxItems: RETRIES_MAX,
  description:
    "Days after a failed charge at which it is tried again, each later than the one before; none gives up at once",
  examples: [[1, 3, 5, 7]],
});

const ReturnOrigins = Type.Array(Type.String({ maxLength: 300 }), {
  maxItems: RETURN_ORIGINS_MAX,
  description: "Origins that a payer may be sent back to",
  examples: [["https://shop.example"]],
});

const ProjectWire = Type.Object({
  slug: Type.String({ examples: ["demo"] }),
  name: Type.String({ examples: ["Demo"] }),
  side: Literals(["live", "sandbox"], { examples: ["sandbox"] }),
  key_prefix: Type.String({ description: "What keys start with", examples: ["demo"] }),
  return_origins: ReturnOrigins,
  retry_days: RetryDays,
  payment_terms: Closed(
    { collection: Collection, net_days: NetDays },
    { description: "What holds for customers who have none of their own" },
  ),
  created_at: Instant,
});

export const projectRoutes = (): FastifyPluginAsyncTypebox => async (app) => {
  app.get(
    "/v1/project",
    {
      config: { scope: "billing:read", refuses: [] },
      schema: {
        operationId: "getProject",
        summary: "Show the project and side that the token opens",
        tags: ["project"],
        response: { 200: ProjectWire },
      },
    },
    (request) => request.transact(async (tx) => projectToWire(await getProject(tx))),
  );

  app.patch(
    "/v1/project",
    {
      config: { scope: "admin", refuses: ["retry_schedule_invalid", "return_origin_invalid"] },
      schema: {
        operationId: "updateProject",
        summary: "Change the settings of the side that the token opens",
        description:
          "What you leave out stays as it is. A new schedule counts from the next failed attempt on, new origins for the payment links and new payment terms for the invoices made afterwards.",
        tags: ["project"],
        body: Closed({
          retry_days: Type.Optional(RetryDays),
          return_origins: Type.Optional(ReturnOrigins),
          payment_terms: Type.Optional(
            Closed({
              collection: Type.Optional(Collection),
              net_days: Type.Optional(NetDays),
            }),
          ),
        }),
        response: { 200: ProjectWire },
      },
    },
    (request) =>
      request.transact(async (tx) =>
        projectToWire(await updateProject(tx, changesFrom(request.body))),
      ),
  );
};

interface ChangesBody {
  readonly retry_days?: number[];
  readonly return_origins?: string[];
  readonly payment_terms?: Parameters<typeof termsFrom>[0];
}

function changesFrom({
  retry_days: retryDays,
  return_origins: returnOrigins,
  payment_terms: terms,
}: ChangesBody) {
  return {
    ...(terms === undefined ? {} : { paymentTerms: termsFrom(terms) }),
    ...(retryDays === undefined ? {} : { retryDays }),
    ...(returnOrigins === undefined ? {} : { returnOrigins }),
  };
}

function projectToWire(project: Project): Static<typeof ProjectWire> {
  return {
    slug: project.slug,
    name: project.name,
    side: project.side,
    key_prefix: project.keyPrefix,
    return_origins: [...project.returnOrigins],
    retry_days: [...project.retryDays],
    payment_terms: termsToWire(project.paymentTerms),
    created_at: isoInstant(project.createdAtMs),
  };
}
