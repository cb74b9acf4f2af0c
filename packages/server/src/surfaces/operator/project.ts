import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { type Static, Type } from "typebox";
import { isoInstant } from "#kernel/clock.ts";
import { getProject, type Project } from "#modules/projects/index.ts";
import { Instant, Literals } from "#platform/http/wire.ts";

const ProjectWire = Type.Object({
  slug: Type.String({ examples: ["demo"] }),
  name: Type.String({ examples: ["Demo"] }),
  side: Literals(["live", "sandbox"], { examples: ["sandbox"] }),
  key_prefix: Type.String({ description: "What keys start with", examples: ["demo"] }),
  return_origins: Type.Array(Type.String(), {
    description: "Origins that a payer may be sent back to",
    examples: [["https://shop.example"]],
  }),
  retry_days: Type.Array(Type.Integer(), {
    description: "Days after a failed charge at which it is tried again",
    examples: [[1, 3, 5, 7]],
  }),
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
};

function projectToWire(project: Project): Static<typeof ProjectWire> {
  return {
    slug: project.slug,
    name: project.name,
    side: project.side,
    key_prefix: project.keyPrefix,
    return_origins: [...project.returnOrigins],
    retry_days: [...project.retryDays],
    created_at: isoInstant(project.createdAtMs),
  };
}
