/**
 * Lets customers live through years on an injected clock, and compares what the product makes of them
 * with what the rules say: `npm run simulate -- --seed 1 --subscriptions 1000 --years 3`, or `--seeds 1..20`,
 * two at a time with `--lanes 2`.
 * Ends with 1 when they differ, and then shows the shortest history that it can find.
 */
import { parseArgs } from "node:util";
import { migrate } from "#platform/db/migrate.ts";
import { sideBySide } from "#platform/jobs/side-by-side.ts";
import { createTemplate, type TestPostgres } from "#test/support/postgres/template.ts";
import { createTestDatabase } from "#test/support/postgres/test-database.ts";
import { startThrowAwayServer } from "#test/support/postgres/throw-away-server.ts";
import { endWithParent, playApart, tellParent } from "./apart.ts";
import { type Cast, type Choice, castOf, type Simulation } from "./cast.ts";
import { type Played, type Progress, play } from "./play.ts";
import { historyLines, type Summed, summary } from "./report.ts";
import { shortest } from "./shrink.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    seeds: { type: "string" },
    lanes: { type: "string", default: "1" },
    subscriptions: { type: "string", default: "1000" },
    years: { type: "string", default: "3" },
    life: { type: "string" },
    steps: { type: "string" },
  },
});

const simulated = {
  subscriptions: wholeNumber("subscriptions", values.subscriptions),
  years: wholeNumber("years", values.years),
};
if (values.seeds !== undefined && (values.life ?? values.steps) !== undefined) {
  throw new Error("--life and --steps are of one --seed");
}
if (values.seeds === undefined) await playHere();
else await playLanes(values.seeds);

/** Several seeds, each in a process of its own. */
async function playLanes(range: string): Promise<void> {
  const clean: Summed[] = [];
  const { subscriptions, years } = simulated;
  const others = ["--subscriptions", String(subscriptions), "--years", String(years)];
  await sideBySide(seedsIn(range), wholeNumber("lanes", values.lanes), async (seed) => {
    const summed = await playApart(seed, others);
    if (summed === null) process.exitCode = 1;
    else clean.push(summed);
  });
  if (clean.length > 0) console.log(summary(clean, simulated));
}

async function playHere(): Promise<void> {
  endWithParent();
  const server = await startThrowAwayServer();
  try {
    const template = await createTemplate(server.ownerUrl, migrate);
    const seed = wholeNumber("seed", values.seed);
    const summed = await runSeed(template, { seed, ...simulated });
    if (summed === null) process.exitCode = 1;
    else tellParent(summed);
  } finally {
    await server.stop();
  }
}

/** Plays one seed, and says what came of it; null where the product and the rules part. */
async function runSeed(template: TestPostgres, simulation: Simulation): Promise<Summed | null> {
  const startedMs = performance.now();
  const cast = castOf(simulation, choiceAsked());
  const playCast = (part: Cast, onMonth?: (progress: Progress) => void) =>
    playOnce(template, simulation.seed, part, onMonth);
  const { failure, hash, bills, charges } = await playCast(cast, (progress) =>
    console.error(progressLine(simulation, progress, performance.now() - startedMs)),
  );
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  const { seed, subscriptions, years } = simulation;
  const what = `seed ${seed}: ${subscriptions} subscriptions, ${years} years`;
  if (failure === null) {
    console.log(
      `${what}: ${bills} invoices, ${charges} charges, ledger ${hash.slice(0, 16)}, ${seconds} s`,
    );
    return { seed, bills, charges, seconds };
  }
  console.log(`${what}: FAILED at ${new Date(failure.atMs).toISOString()}\n${failure.words}\n`);
  const shrunk = await shortest(async (part) => (await playCast(part)).failure, cast, failure);
  const lines = shrunk === null ? ["Nobody fails alone."] : historyLines(simulation, shrunk);
  console.log(lines.join("\n"));
  return null;
}

async function playOnce(
  template: TestPostgres,
  seed: number,
  cast: Cast,
  onMonth?: (progress: Progress) => void,
): Promise<Played> {
  const { ownerUrl, drop } = await createTestDatabase(template);
  try {
    return await play({ ...cast, ownerUrl, seed, ...(onMonth === undefined ? {} : { onMonth }) });
  } finally {
    await drop();
  }
}

function progressLine(
  { seed }: Simulation,
  { atMs, bills, charges }: Progress,
  elapsedMs: number,
): string {
  const seconds = Math.max(1, Math.round(elapsedMs / 1000));
  const month = new Date(atMs).toISOString().slice(0, 10);
  const rate = `${Math.round(bills / seconds)} invoices/s`;
  return `seed ${seed}  ${month}  ${bills} invoices, ${charges} charges, ${seconds} s, ${rate}`;
}

/** `--life 217 --steps 1,4,9`: one customer alone, or some of its steps; else everybody. */
function choiceAsked(): Choice | undefined {
  const { life, steps } = values;
  if (life === undefined) return undefined;
  const chosen = steps?.split(",").map((step) => wholeNumber("steps", step));
  return {
    life: wholeNumber("life", life),
    ...(chosen === undefined ? {} : { steps: chosen }),
  };
}

/** `1..20`, or one alone. */
function seedsIn(range: string): number[] {
  const [first = "", last = first] = range.split("..");
  const from = wholeNumber("seeds", first);
  const count = Math.max(1, wholeNumber("seeds", last) - from + 1);
  return Array.from({ length: count }, (_, at) => from + at);
}

function wholeNumber(name: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  console.error(`--${name} is a whole number from 1, not ${text}`);
  process.exit(2);
}
