/**
 * Measures what this server promises about speed, each figure against a denominator from the same
 * run: `npm run bench [-- --quick] [-- --json]`. Ends with 1 when a figure falls short.
 *
 * `-- --picture FILE.svg` measures only how ingest fares in a table that grows, and draws it.
 */
import { parseArgs } from "node:util";
import { measureBillingRun } from "./billing-run.ts";
import { drawGrowth, measureGrowth } from "./growth.ts";
import { measureIngest } from "./ingest.ts";
import { measureServer } from "./server-start.ts";
import { startBenchDatabase } from "./support/database.ts";
import { type Figure, figureTable } from "./support/figures.ts";

const { values } = parseArgs({
  options: {
    /** Shorter rounds and fewer of them: within two minutes, and less steady. */
    quick: { type: "boolean", default: false },
    /** One JSON array on standard output instead of a table. */
    json: { type: "boolean", default: false },
    /** Where to draw ingest against the rows stored. */
    picture: { type: "string" },
  },
});

type DatabaseBench = (ownerUrl: string, isQuick: boolean) => Promise<Figure[]>;

/** Those that measure on a database of their own, which nothing else writes to. */
const databaseBenches: readonly DatabaseBench[] =
  values.picture === undefined
    ? [measureIngest, measureGrowth, measureBillingRun]
    : [drawGrowth(values.picture)];

const figures: Figure[] = [];
for (const bench of databaseBenches) {
  const database = await startBenchDatabase();
  try {
    figures.push(...(await bench(database.ownerUrl, values.quick)));
  } finally {
    await database.stop();
  }
}
if (values.picture === undefined) figures.push(...(await measureServer(values.quick)));
console.log(values.json ? JSON.stringify(figures, null, 2) : figureTable(figures));
process.exitCode = figures.every(({ holds }) => holds) ? 0 : 1;
