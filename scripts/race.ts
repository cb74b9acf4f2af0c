/**
 * `npm run race -- [--operations N] [--seed S]`: two servers on one database race for the same things,
 * each of which has one effect. Ends with 1 when one had none or two.
 */
import { parseArgs } from "node:util";
import { migrate } from "../packages/server/src/platform/db/migrate.ts";
import { kinds, runRaces } from "../packages/server/test/race/run.ts";
import { startThrowAwayServer } from "../packages/server/test/support/postgres/throw-away-server.ts";

const { values } = parseArgs({
  options: { operations: { type: "string", default: "100000" }, seed: { type: "string" } },
});
const operations = Number(values.operations);
const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed);
if (!Number.isSafeInteger(operations) || operations < 1 || !Number.isSafeInteger(seed)) {
  console.error("Usage: npm run race -- [--operations N] [--seed S], both whole numbers");
  process.exit(2);
}

const { ownerUrl, stop } = await startThrowAwayServer();
try {
  await migrate(ownerUrl);
  console.log(`seed ${seed}, at least ${operations} operations by two servers`);
  const startedMs = performance.now();
  const report = await runRaces({ operations, seed, ownerUrl, onProgress: console.log });
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  for (const kind of kinds) {
    const tries = String(report.operations[kind]).padStart(8);
    console.log(`${kind.padEnd(12)} ${tries} tries, ${report.effects[kind]} effects`);
  }
  for (const breach of report.breaches) console.error(breach);
  console.log(
    `${seconds} s. ${report.breaches.length === 0 ? "Each had one effect." : "That does not hold."}`,
  );
  process.exitCode = report.breaches.length === 0 ? 0 : 1;
} finally {
  await stop();
}
