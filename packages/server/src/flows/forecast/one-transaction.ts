import { assert } from "#kernel/assert.ts";
import type { Database, Tx } from "#platform/db/database.ts";

/**
 * A database whose every transaction is a part of `tx`: what is done with it is done together, or not
 * at all. One after the other, as a connection takes its statements.
 */
export function withinTransaction(tx: Tx): Database {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <Result>(projectId: number, work: (tx: Tx) => Promise<Result>) => {
    assert(projectId === tx.projectId, "a transaction sees its own project alone");
    const next = last.then(() => work(tx));
    last = next.catch(() => undefined);
    return next;
  };
  return {
    inProject: inTurn,
    inSnapshot: inTurn,
    ofCustomer: ({ projectId }, work) => inTurn(projectId, work),
    acrossProjects: () => Promise.reject(new Error("a transaction sees its own project alone")),
    close: () => last.then(() => undefined),
  };
}
