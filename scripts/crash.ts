/**
 * `npm run crash -- [--cycles N] [--seed S]`: kills servers and databases under load and checks that
 * nothing was lost, counted twice, billed twice or charged twice. Ends with 1 when something was.
 */
import { chmod, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { toldReach } from "../packages/server/test/crash/reach.ts";
import { runCrashes } from "../packages/server/test/crash/run.ts";

const SETTLED_MAX_MS = 120_000;
const LOOK_AGAIN_MS = 500;

const { values } = parseArgs({
  options: { cycles: { type: "string", default: "100" }, seed: { type: "string" } },
});
const cycles = Number(values.cycles);
const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed);
if (!Number.isSafeInteger(cycles) || cycles < 1 || !Number.isSafeInteger(seed) || seed < 0) {
  console.error("Usage: npm run crash -- [--cycles N] [--seed S], both whole numbers");
  process.exit(2);
}

const dataDir = await mkdtemp(join(tmpdir(), "farthing-crash-"));
// Started by root, PostgreSQL is another user, who has to get through here.
await chmod(dataDir, 0o711);
console.log(`seed ${seed}, ${cycles} kills`);
const startedMs = performance.now();
const report = await runCrashes({ seed, cycles, dataDir, onProgress: console.log, eventually });
const seconds = (performance.now() - startedMs) / 1000;

console.log(["", ...toldReach(report.reach), ""].join("\n"));
const { cycleCount, eventCount, accountCount, chargeCount, messageCount } = report;
console.log(
  `${cycleCount} kills in ${Math.round(seconds)} s (${(cycleCount / seconds).toFixed(2)} a second): ` +
    `${eventCount} events, ${accountCount} accounts, ${chargeCount} charges, ${messageCount} messages`,
);
for (const breach of report.breaches) console.error(breach);
console.log(report.breaches.length === 0 ? "Everything holds." : "That does not hold.");
process.exitCode = report.breaches.length === 0 ? 0 : 1;

async function eventually(check: () => Promise<void>): Promise<void> {
  for (const untilMs = performance.now() + SETTLED_MAX_MS; ; ) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > untilMs) throw error;
    }
    await pause(LOOK_AGAIN_MS);
  }
}
