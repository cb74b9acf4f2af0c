import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { Registry } from "prom-client";
import type { Database } from "#platform/db/database.ts";

const DATABASE_PATIENCE_MS = 3000;

export interface HealthDeps {
  readonly db: Database;
  readonly metrics: Registry;
  /** True once migrations are done and the process takes work, false again while it stops. */
  readonly isStarted: () => boolean;
}

/** `/healthz`: the process lives. `/readyz`: it can serve. `/metrics`: its figures for Prometheus. */
export const healthRoutes =
  ({ db, metrics, isStarted }: HealthDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    const options = { exposeHeadRoute: true, logLevel: "warn", schema: { hide: true } } as const;
    let isStopping = false;
    app.addHook("preClose", async () => {
      isStopping = true;
    });

    app.get("/healthz", options, () => ({ status: "ok" }));

    app.get("/readyz", options, async (_request, reply) => {
      const status = isStopping ? "stopping" : isStarted() ? await databaseStatus(db) : "starting";
      return reply.code(status === "ready" ? 200 : 503).send({ status });
    });

    app.get("/metrics", options, async (_request, reply) => {
      reply.type(metrics.contentType);
      return metrics.metrics();
    });
  };

async function databaseStatus(db: Database): Promise<"ready" | "database_unavailable"> {
  try {
    await Promise.race([db.acrossProjects((tx) => tx.query("select 1")), impatience()]);
    return "ready";
  } catch {
    return "database_unavailable";
  }
}

function impatience(): Promise<never> {
  const signal = AbortSignal.timeout(DATABASE_PATIENCE_MS);
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Error("the database took too long")));
  });
}
