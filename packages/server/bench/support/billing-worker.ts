/**
 * A process that closes due periods, as a worker of the server does: `OWNER_URL`. Says `ready`, then
 * closes what is due at each instant that it is sent and answers with how many.
 */
import { closeDue } from "#flows/close-due.ts";
import { idSource } from "#kernel/ids.ts";
import { openDatabase } from "#platform/db/database.ts";
import { engineBy } from "#test/support/builders/engine.ts";

const db = openDatabase({ url: process.argv[2] ?? "", connectionsMax: 4 });
let nowMs = 0;
const engine = engineBy({
  clock: { now: () => nowMs },
  newId: idSource({ now: () => Date.now() }, Math.random),
});

async function closeAllDue(): Promise<number> {
  let closed = 0;
  for (;;) {
    const count = await closeDue(engine, db);
    if (count === 0) return closed;
    closed += count;
  }
}

process.on("message", (instantMs: number) => {
  nowMs = instantMs;
  void closeAllDue().then((closed) => process.send?.(closed));
});
process.once("disconnect", () => void db.close());
process.send?.("ready");
