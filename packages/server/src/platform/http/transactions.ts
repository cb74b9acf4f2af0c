import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { present } from "#kernel/assert.ts";
import type { Database, Tx } from "#platform/db/database.ts";
import { undone } from "#platform/db/undone.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";
import type { Caller } from "./caller.ts";
import { answerOnce, type IdempotencyDeps } from "./idempotency.ts";

export interface TransactionDeps extends IdempotencyDeps {
  readonly db: Database;
}

/** Gives requests their caller and the two ways to run a transaction in the caller's project. */
export function decorateWithTransactions(app: FastifyInstance, deps: TransactionDeps): void {
  const { db } = deps;

  app.decorateRequest("authenticated", null);
  app.decorateRequest("preview", null);
  app.decorateRequest("caller", {
    getter(this: FastifyRequest): Caller {
      return present(this.authenticated, "only a route with a scope has a caller");
    },
  });
  app.decorateRequest("transact", function transact<
    Result,
  >(this: FastifyRequest, work: (tx: Tx) => Promise<Result>) {
    return db.inProject(this.caller.projectId, work);
  });
  app.decorateReply("answer", async function answer<
    Body,
  >(this: FastifyReply, work: (tx: Tx) => Promise<Body>) {
    const { caller, preview } = this.request;
    const { projectId } = caller;
    if (preview !== null) {
      // It is the work itself that is shown: nothing but the commit tells the two apart. The route sends
      // what it is given, and its schema has the preview's form beside that of its answer.
      return undone<Body>(db, projectId, async (tx) => {
        const shown: unknown = await preview.read(tx, await work(tx));
        return shown as Body;
      });
    }
    const body = await db.inProject(projectId, (tx) => answerOnce(deps, this, tx, work));
    faultPoint("answer.committed");
    return body;
  });
}
