/**
 * Measures what this server promises about speed, each figure against a denominator from the same
 * run: `npm run bench [-- --quick] [-- --json] [-- --only webhooks]`. Ends with 1 when a figure falls
 * short.
 *
 * `-- --picture FILE.svg` measures only how ingest fares in a table that grows, and draws it.
 */
import { parseArgs } from "node:util";
import { measureBillingRun } from "./billing-run.ts";
import { drawGrowth, measureGrowth } from "./growth.ts";
import { measureIngest } from "./ingest.ts";
import { measureRelay } from "./outbox-relay.ts";
import { measureServer } from "./server-start.ts";
import { startBenchDatabase } from "./support/database.ts";
import { type Figure, figureTable } from "./support/figures.ts";
import { tellProgress } from "./support/progress.ts";
import { measureWebhooks } from "./webhooks.ts";

const { values } = parseArgs({
  options: {
    /** Shorter rounds and fewer of them: within two minutes, and less steady. */
    quick: { type: "boolean", default: false },
    /** One JSON array on standard output instead of a table. */
    json: { type: "boolean", default: false },
    /** Some of the benches by name, with commas between them. */
    only: { type: "string" },
    /** Where to draw ingest against the rows stored. */
    picture: { type: "string" },
  },
});

type DatabaseBench = (ownerUrl: string, isQuick: boolean) => Promise<Figure[]>;
type NamedBench = readonly [name: string, bench: DatabaseBench];
type Benches = Readonly<Record<string, DatabaseBench>>;

/**
 * Those that measure on a database, which nothing else writes to meanwhile. Starting one takes as long
 * as a bench, so that some follow others on theirs, the largest last.
 */
const benchesByDatabase: readonly Benches[] = [
  { ingest: measureIngest },
  { outbox: measureRelay, webhooks: measureWebhooks, growth: measureGrowth },
  { billing: measureBillingRun },
];

async function figuresFrom(benches: readonly NamedBench[]): Promise<Figure[]> {
  if (benches.length === 0) return [];
  const figures: Figure[] = [];
  const database = await startBenchDatabase();
  try {
    for (const [name, bench] of benches) {
      tellProgress(name);
      figures.push(...(await bench(database.ownerUrl, values.quick)));
    }
  } finally {
    await database.stop();
  }
  return figures;
}

async function allFigures(): Promise<Figure[]> {
  const names = [...benchesByDatabase.flatMap(Object.keys), "server"];
  const only = values.only?.split(",") ?? names;
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`no bench is named ${unknown}`);
  const isWanted = (name: string): boolean => only.includes(name);
  const figures: Figure[] = [];
  for (const benches of benchesByDatabase) {
    const wanted = Object.entries(benches).filter(([name]) => isWanted(name));
    figures.push(...(await figuresFrom(wanted)));
  }
  if (!isWanted("server")) return figures;
  tellProgress("server");
  figures.push(...(await measureServer(values.quick)));
  return figures;
}

const figures = await (values.picture === undefined
  ? allFigures()
  : figuresFrom([["growth", drawGrowth(values.picture)]]));
console.log(values.json ? JSON.stringify(figures, null, 2) : figureTable(figures));
process.exitCode = figures.every(({ holds }) => holds) ? 0 : 1;
