import { DAY_MS } from "#kernel/clock.ts";
import { sideBySide } from "#platform/jobs/side-by-side.ts";
import { type Beat, beatsUntil } from "./beats.ts";
import { compare, type Failure, Parted, verifyEverything, verifySome } from "./checks.ts";
import { inWords, type Life, type PlanTerms, type Step } from "./history.ts";
import { ledgerHash } from "./ledger-hash.ts";
import { dueMs, passTime } from "./model/account.ts";
import type { Player } from "./player.ts";
import { type Product, startProduct } from "./product.ts";
import { NEVER, newAccount } from "./records.ts";
import { tell } from "./told.ts";

export interface Play {
  readonly ownerUrl: string;
  readonly seed: number;
  readonly plans: ReadonlyMap<string, PlanTerms>;
  /** What the model is told of the plans; another thing only to see that a difference is found. */
  readonly rules?: ReadonlyMap<string, PlanTerms>;
  readonly lives: readonly Life[];
  readonly endMs: number;
  readonly onMonth?: (progress: Progress) => void;
}

export interface Progress {
  readonly atMs: number;
  readonly bills: number;
  readonly charges: number;
}

export interface Played extends Progress {
  /** Null when the product did all that the rules say. */
  readonly failure: Failure | null;
  /** Of the whole ledger; empty after a failure. */
  readonly hash: string;
}

const CONCURRENCY = 6;

/** Lets customers live, on the product and by the model, and compares the two until the end. */
export async function play(options: Play): Promise<Played> {
  const product = await startProduct(options.ownerUrl, options.seed, plansIn(options));
  const players = options.lives.map((life) => ({
    life,
    account: newAccount(life),
    done: 0,
    dueMs: NEVER,
  }));
  let failure: Failure | null = null;
  try {
    await live(options, product, players);
  } catch (error) {
    failure = failureOf(error, product.shop.clock.now());
  }
  const hash = failure === null ? await ledgerHash(product) : "";
  const progress = progressOf(product, players);
  try {
    await product.stop();
  } catch (error) {
    failure ??= failureOf(error, options.endMs);
  }
  return { failure, hash, ...progress };
}

async function live(options: Play, product: Product, players: readonly Player[]): Promise<void> {
  const today = new Set<Player>();
  const thisMonth = new Set<Player>();
  for (const beat of beatsUntil(options.endMs)) {
    for (const player of await playBeat(options, product, players, beat)) today.add(player);
    const nextMs = beat.tickMs + DAY_MS / 2;
    if (nextMs % DAY_MS !== 0) continue;
    await verifySome(product, [...today]);
    for (const player of today) thisMonth.add(player);
    today.clear();
    if (new Date(nextMs).getUTCDate() !== 1 && nextMs < options.endMs) continue;
    await compare(product, [...thisMonth]);
    await verifyEverything(product, players);
    thisMonth.clear();
    options.onMonth?.(progressOf(product, players));
  }
  await compare(product, players);
  await verifyEverything(product, players);
}

/** The product's turn, the customers', and the product's again. Answers to whom something happened. */
async function playBeat(
  options: Play,
  product: Product,
  players: readonly Player[],
  { tickMs, closingMs }: Beat,
): Promise<Player[]> {
  const moved = await passTimeOf(product, players, tickMs);
  const acting = players.filter(
    ({ life, done }) => (life.steps[done]?.atMs ?? Infinity) < closingMs,
  );
  await report(options, product, acting, tickMs);
  await act(options, product, acting, closingMs);
  return [...moved, ...acting, ...(await passTimeOf(product, players, closingMs))];
}

async function passTimeOf(
  product: Product,
  players: readonly Player[],
  nowMs: number,
): Promise<Player[]> {
  const moved = players.filter((player) => player.dueMs <= nowMs);
  for (const player of moved) {
    passTime(player.account, nowMs);
    player.dueMs = dueMs(player.account);
  }
  await product.moveTo(nowMs);
  await product.passTime();
  return moved;
}

/** Everybody's reports, in one request. */
async function report(
  { plans, rules = plans }: Play,
  product: Product,
  acting: readonly Player[],
  tickMs: number,
): Promise<void> {
  const told = acting.flatMap((player) => {
    const reports = stepsUntil(player, tickMs).filter((step) => step.does === "report");
    player.done += reports.length;
    return reports.map((step) => ({ player, life: player.life, report: step }));
  });
  if (told.length === 0) return;
  const answers = await product.takeReports(told);
  for (const [index, { player, report: step }] of told.entries()) {
    agree(player, step, expected(player, step, rules), answers[index] ?? "nothing");
  }
}

/** All else, instant by instant: customers know nothing of each other, so that they need not wait. */
async function act(
  { plans, rules = plans }: Play,
  product: Product,
  acting: readonly Player[],
  closingMs: number,
): Promise<void> {
  const deeds = acting.flatMap((player) => {
    const steps = stepsUntil(player, closingMs - 1);
    player.done += steps.length;
    return steps.map((step) => ({ player, step }));
  });
  const instants = new Set(
    deeds.map(({ step }) => step.atMs).toSorted((one, other) => one - other),
  );
  for (const atMs of instants) {
    await product.moveTo(atMs);
    const now = deeds.filter(({ step }) => step.atMs === atMs);
    await sideBySide(now, CONCURRENCY, async ({ player, step }) => {
      if (step.does === "report") throw new Error("what is reported is reported at the tick");
      const answer = await product.take(player.life, step);
      agree(player, step, expected(player, step, rules), answer);
    });
  }
}

function stepsUntil({ life: { steps }, done }: Player, untilMs: number): Step[] {
  let end = done;
  while ((steps[end]?.atMs ?? NEVER) <= untilMs) end += 1;
  return steps.slice(done, end);
}

function expected(player: Player, step: Step, rules: Play["plans"]): string {
  const answer = tell(player, step, rules);
  player.dueMs = dueMs(player.account);
  return answer;
}

function agree({ life }: Player, step: Step, rule: string, answered: string): void {
  if (rule === answered) return;
  const words = `${inWords(step)}\nexpected ${rule}\n   found ${answered}`;
  throw new Parted({ life, atMs: step.atMs, words });
}

function failureOf(error: unknown, atMs: number): Failure {
  if (error instanceof Parted) return error.failure;
  const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { life: null, atMs, words };
}

function progressOf({ shop }: Product, players: readonly Player[]): Progress {
  const bills = players.reduce((sum, { account }) => sum + account.bills.length, 0);
  return { atMs: shop.clock.now(), bills, charges: shop.app.sandbox.journal.charges().length };
}

/** The plans that somebody wants. */
function plansIn({ lives, plans }: Play): Map<string, PlanTerms> {
  const chosen = new Set(lives.flatMap(({ steps }) => steps.flatMap(plansOfStep)));
  return new Map([...plans].filter(([name]) => chosen.has(name)));
}

function plansOfStep(step: Step): (string | undefined)[] {
  return step.does === "subscribe" || step.does === "change" ? [step.plan] : [];
}
