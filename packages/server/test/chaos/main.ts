/**
 * Charges payments through every fault of the card sandbox, and compares its journal with the books:
 * `npm run chaos [-- --payments N --seed S]`. Ends with 1 when something does not hold.
 */
import { parseArgs } from "node:util";
import { migrate } from "#platform/db/migrate.ts";
import { startThrowAwayServer } from "#test/support/postgres/throw-away-server.ts";
import { holds, reportLines } from "./report.ts";
import { runChaos } from "./run.ts";

const { values } = parseArgs({
  options: { payments: { type: "string", default: "1000" }, seed: { type: "string" } },
});
const payments = wholeNumber("payments", values.payments);
const seed = values.seed === undefined ? Date.now() % 1_000_000 : wholeNumber("seed", values.seed);

const startedMs = performance.now();
const seconds = () => Math.round((performance.now() - startedMs) / 1000);
const server = await startThrowAwayServer();
try {
  await migrate(server.ownerUrl);
  console.log(`seed ${seed}`);
  const report = await runChaos({
    seed,
    payments,
    ownerUrl: server.ownerUrl,
    onProgress: (done, total) => console.error(`${done} of ${total} payments, ${seconds()} s`),
  });
  console.log(["", ...reportLines(report), "", `seed ${seed}, ${seconds()} s`].join("\n"));
  process.exitCode = holds(report) ? 0 : 1;
} finally {
  await server.stop();
}

function wholeNumber(name: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  console.error(`--${name} is a whole number from 1, not ${text}`);
  process.exit(2);
}
