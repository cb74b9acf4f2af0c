/**
 * Measures what this server promises about speed, each figure against a denominator from the same
 * run: `npm run bench [-- --quick] [-- --json]`. Ends with 1 when a figure falls short.
 */
import { parseArgs } from "node:util";
import { measureBillingRun } from "./billing-run.ts";
import { measureIngest } from "./ingest.ts";
import { startBenchDatabase } from "./support/database.ts";
import { type Figure, figureTable } from "./support/figures.ts";

const { values } = parseArgs({
  options: {
    /** Shorter rounds and fewer of them: within two minutes, and less steady. */
    quick: { type: "boolean", default: false },
    /** One JSON array on standard output instead of a table. */
    json: { type: "boolean", default: false },
  },
});

const benches: readonly ((ownerUrl: string, isQuick: boolean) => Promise<Figure[]>)[] = [
  measureIngest,
  measureBillingRun,
];

const figures: Figure[] = [];
for (const bench of benches) {
  const database = await startBenchDatabase();
  try {
    figures.push(...(await bench(database.ownerUrl, values.quick)));
  } finally {
    await database.stop();
  }
}
console.log(values.json ? JSON.stringify(figures, null, 2) : figureTable(figures));
process.exitCode = figures.every(({ holds }) => holds) ? 0 : 1;
