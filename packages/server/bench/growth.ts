import { writeFile } from "node:fs/promises";
import { fillUsage } from "./growth-fill.ts";
import { type GrowthPoint, growthPicture } from "./growth-picture.ts";
import { type ProductServer, startProduct } from "./ingest-servers.ts";
import { type Figure, figureOf, median, percentile } from "./support/figures.ts";
import { runLoad } from "./support/load.ts";

/** At how many stored events something is measured, and for how long. */
interface Effort {
  readonly readAt: readonly [few: number, many: number];
  readonly reads: number;
  /** Where the rate of ingest is taken; the first is the empty table. */
  readonly ingestAt: readonly number[];
  readonly rounds: number;
  readonly seconds: number;
}

const QUICK: Effort = {
  readAt: [10_000, 100_000],
  reads: 500,
  ingestAt: [],
  rounds: 0,
  seconds: 0,
};
const FULL: Effort = {
  readAt: [1_000_000, 10_000_000],
  reads: 5_000,
  ingestAt: [0, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000, 15_000_000, 20_000_000],
  rounds: 3,
  seconds: 4,
};
const QUICK_PICTURE: Effort = {
  ...QUICK,
  ingestAt: [0, 100_000, 500_000],
  rounds: 1,
  seconds: 3,
};

/** What a table that grows does to reading current usage and to taking in more. */
export function measureGrowth(ownerUrl: string, isQuick: boolean): Promise<Figure[]> {
  return measure(ownerUrl, isQuick ? QUICK : FULL, null);
}

/** The same, drawn: the rate of ingest against the rows stored, as SVG in `path`. */
export function drawGrowth(path: string) {
  return (ownerUrl: string, isQuick: boolean): Promise<Figure[]> =>
    measure(ownerUrl, isQuick ? QUICK_PICTURE : FULL, path);
}

async function measure(
  ownerUrl: string,
  effort: Effort,
  picturePath: string | null,
): Promise<Figure[]> {
  const product = await startProduct(ownerUrl);
  const points: GrowthPoint[] = [];
  const readsMs = new Map<number, number>();
  try {
    const steps = [...new Set([...effort.ingestAt, ...effort.readAt])].toSorted((a, b) => a - b);
    for (const rows of steps) {
      const stored = await fillUsage(ownerUrl, product, rows);
      if (effort.readAt.includes(rows)) readsMs.set(rows, await readP50(product, effort.reads));
      if (!effort.ingestAt.includes(rows)) continue;
      points.push({ rows: stored, eventsPerSecond: await ingestRate(product, effort) });
    }
  } finally {
    await product.close();
  }
  if (picturePath !== null) await writeFile(picturePath, growthPicture(points));
  return figuresOf(effort, readsMs, points);
}

function figuresOf(
  { readAt: [few, many], ingestAt }: Effort,
  readsMs: ReadonlyMap<number, number>,
  points: readonly GrowthPoint[],
): Figure[] {
  const read = figureOf({
    figure: "usage.read",
    value: readsMs.get(many) ?? Number.NaN,
    unit: "ms",
    denominator: readsMs.get(few) ?? Number.NaN,
    goal: 1.2,
    bound: "at_most",
  });
  const [empty] = points;
  const full = points.at(-1);
  if (empty === undefined || full === undefined) return [read];
  const ingest = figureOf({
    figure: `ingest.at${Math.max(...ingestAt) / 1_000_000}m`,
    value: full.eventsPerSecond,
    unit: "events/s",
    denominator: empty.eventsPerSecond,
    goal: 0.3,
  });
  return [read, ingest];
}

/** What half of the reads of a subscription's current usage take at most, one after the other. */
async function readP50(product: ProductServer, reads: number): Promise<number> {
  const { url, token, subscriptions } = product;
  const headers = { authorization: `Bearer ${token}` };
  const timesMs: number[] = [];
  const warmUp = reads / 5;
  for (let index = 0; index < warmUp + reads; index += 1) {
    const subscription = subscriptions[(index * 7) % subscriptions.length] ?? "";
    const path = new URL(`/v1/subscriptions/${subscription}/usage`, url);
    const startedMs = performance.now();
    const answer = await fetch(path, { headers });
    await answer.text();
    if (answer.status !== 200) throw new Error(`reading usage was answered with ${answer.status}`);
    if (index >= warmUp) timesMs.push(performance.now() - startedMs);
  }
  return percentile(timesMs, 0.5);
}

async function ingestRate(product: ProductServer, { rounds, seconds }: Effort): Promise<number> {
  const { url, token, subscriptions } = product;
  const rates: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const load = { url, token, subscriptions, seconds, connections: 8, eventsPerRequest: 1_000 };
    rates.push((await runLoad(load)).requestsPerSecond * load.eventsPerRequest);
  }
  return median(rates);
}
