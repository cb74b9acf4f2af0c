import type { Database, Tx } from "./database.ts";

/** Runs `work` in a transaction of a project, undoes all that it wrote, and answers what it answered. */
export async function undone<Result>(
  db: Pick<Database, "inProject">,
  projectId: number,
  work: (tx: Tx) => Promise<Result>,
): Promise<Result> {
  try {
    return await db.inProject(projectId, async (tx): Promise<never> => {
      throw new Undone(await work(tx));
    });
  } catch (error) {
    if (error instanceof Undone) return error.result as Result;
    throw error;
  }
}

/** The same inside a transaction: what it had written before stays, and the locks that it took. */
export async function undoneWithin<Result>(tx: Tx, work: () => Promise<Result>): Promise<Result> {
  await tx.query("savepoint tried");
  try {
    return await work();
  } finally {
    await tx.query("rollback to savepoint tried");
    await tx.query("release savepoint tried");
  }
}

/** Leaves a transaction, which is rolled back for it, with what it came to. */
class Undone extends Error {
  override readonly name = "Undone";
  readonly result: unknown;

  constructor(result: unknown) {
    super("This transaction is never committed.");
    this.result = result;
  }
}
