import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { FastifyReply } from "fastify";
import type { Engine } from "#flows/engine.ts";
import { askOfMigration } from "#flows/migrate-plan/ask-of-migration.ts";
import { draftMigration } from "#flows/migrate-plan/draft-migration.ts";
import type { MigrationRequest } from "#modules/plan-migrations/domain/index.ts";
import { planMigrationSnapshot } from "#modules/plan-migrations/index.ts";
import { idFrom } from "#platform/http/wire.ts";
import * as operations from "./plan-migrations-operations.ts";
import { idOf, planMigrationReads } from "./plan-migrations-reads.ts";

/** Moving subscribers of a plan to another of its versions. `onAsked` is told that there may be work. */
export const planMigrationRoutes =
  (engine: Engine, onAsked: () => void): FastifyPluginAsyncTypebox =>
  async (app) => {
    await app.register(planMigrationReads);

    app.post("/v1/plan_migrations", operations.createPlanMigration, async ({ body }, reply) => {
      const draft = await reply.answer(async (tx) => {
        const drafted = await draftMigration(engine, tx, {
          planId: idFrom("plan", body.plan, "plan_not_found"),
          fromVersion: body.from_version,
          toVersion: body.to_version,
          takesEffect: body.when ?? "period_end",
          policy: body.policy ?? null,
          only: body.only ?? null,
          except: body.except ?? [],
        });
        return planMigrationSnapshot(drafted);
      });
      onAsked();
      return draft;
    });

    const ask = async (
      { id }: { readonly id: string },
      reply: Pick<FastifyReply, "answer">,
      request: MigrationRequest,
    ) => {
      const answer = await reply.answer(async (tx) =>
        planMigrationSnapshot(await askOfMigration(engine, tx, idOf({ id }), request)),
      );
      onAsked();
      return answer;
    };
    app.post("/v1/plan_migrations/:id/start", operations.startPlanMigration, ({ params }, reply) =>
      ask(params, reply, "start"),
    );
    app.post("/v1/plan_migrations/:id/pause", operations.pausePlanMigration, ({ params }, reply) =>
      ask(params, reply, "pause"),
    );
    app.post(
      "/v1/plan_migrations/:id/resume",
      operations.resumePlanMigration,
      ({ params }, reply) => ask(params, reply, "resume"),
    );
    app.post("/v1/plan_migrations/:id/undo", operations.undoPlanMigration, ({ params }, reply) =>
      ask(params, reply, "undo"),
    );
  };
