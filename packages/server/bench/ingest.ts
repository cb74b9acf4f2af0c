import { measureCopy } from "./ingest-copy.ts";
import {
  type ProductServer,
  type Server,
  startNaive,
  startNoOp,
  startProduct,
} from "./ingest-servers.ts";
import { type Figure, figureOf, median } from "./support/figures.ts";
import { type LoadResult, runLoad } from "./support/load.ts";

const SINGLE_CONNECTIONS = 64;
const BATCH_CONNECTIONS = 8;
// The engine's compiler takes some ten thousand requests to be done with the product's path.
const WARM_UP_SECONDS = 2;

/** How many events a request carries, and what is expected of it. */
const batches = [
  { size: 1_000, goal: 0.45 },
  { size: 100, goal: 0.35 },
] as const;

/** How long and how often each way is measured. The ways take turns; the median of the rounds counts. */
interface Effort {
  readonly rounds: number;
  readonly seconds: number;
  readonly copyRows: number;
}

const QUICK: Effort = { rounds: 3, seconds: 2, copyRows: 100_000 };
const FULL: Effort = { rounds: 5, seconds: 5, copyRows: 500_000 };

/** Recording usage, against what the parts below it can do at most. */
export async function measureIngest(ownerUrl: string, isQuick: boolean): Promise<Figure[]> {
  const effort = isQuick ? QUICK : FULL;
  const product = await startProduct(ownerUrl);
  try {
    return [
      ...(await measureSingle(ownerUrl, product, effort)),
      ...(await measureBatches(ownerUrl, product, effort)),
    ];
  } finally {
    await product.close();
  }
}

async function measureSingle(
  ownerUrl: string,
  product: ProductServer,
  effort: Effort,
): Promise<Figure[]> {
  const noOp = await startNoOp();
  const naive = await startNaive(ownerUrl, product.projectId);
  const load = (server: Server) => runSingle(server, product, effort.seconds);
  const ways = { noOp, naive, product };
  try {
    for (const server of Object.values(ways)) await runSingle(server, product, WARM_UP_SECONDS);
    const rounds: Record<keyof typeof ways, LoadResult>[] = [];
    for (let round = 0; round < effort.rounds; round += 1) {
      rounds.push({
        noOp: await load(noOp),
        product: await load(product),
        naive: await load(naive),
      });
    }
    const rate = (way: keyof typeof ways) =>
      median(rounds.map((round) => round[way].requestsPerSecond));
    const p99Ms = (way: keyof typeof ways) => median(rounds.map((round) => round[way].p99Ms));
    const measured = { value: rate("product"), unit: "req/s" };
    return [
      figureOf({ ...measured, figure: "ingest.single", denominator: rate("noOp"), goal: 0.45 }),
      figureOf({
        ...measured,
        figure: "ingest.single.vs_naive",
        denominator: rate("naive"),
        goal: 2.5,
      }),
      figureOf({
        figure: "ingest.single.p99",
        value: p99Ms("product"),
        unit: "ms",
        denominator: p99Ms("noOp"),
        goal: 2.5,
        bound: "at_most",
      }),
    ];
  } finally {
    await noOp.close();
    await naive.close();
  }
}

function runSingle({ url }: Server, product: ProductServer, seconds: number): Promise<LoadResult> {
  const { token, subscriptions } = product;
  const connections = SINGLE_CONNECTIONS;
  return runLoad({ url, token, subscriptions, connections, seconds, eventsPerRequest: 1 });
}

/** Batches of each size and COPY, in turns. */
async function measureBatches(
  ownerUrl: string,
  product: ProductServer,
  { rounds, seconds, copyRows }: Effort,
): Promise<Figure[]> {
  const { url, token, subscriptions, projectId } = product;
  const load = async (eventsPerRequest: number) => {
    const connections = BATCH_CONNECTIONS;
    const run = { url, token, subscriptions, connections, seconds, eventsPerRequest };
    return (await runLoad(run)).requestsPerSecond * eventsPerRequest;
  };
  const copied: number[] = [];
  const recorded = batches.map(({ size }) => ({ size, rates: [] as number[] }));
  for (let round = 0; round < rounds; round += 1) {
    copied.push(await measureCopy(ownerUrl, { projectId, rows: copyRows }));
    for (const { size, rates } of recorded) rates.push(await load(size));
  }
  return batches.map(({ size, goal }, index) =>
    figureOf({
      figure: `ingest.batch${size}`,
      value: median(recorded[index]?.rates ?? []),
      unit: "events/s",
      denominator: median(copied),
      goal,
    }),
  );
}
