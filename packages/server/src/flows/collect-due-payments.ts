import { SECOND_MS } from "#kernel/clock.ts";
import { ownedKey } from "#kernel/ids.ts";
import { type DuePayment, findDuePayments, findDuePaymentsOf } from "#modules/payments/index.ts";
import { sideBySide } from "#platform/jobs/side-by-side.ts";
import { type Collected, type Collecting, collectPayment } from "./collect-payment.ts";

/** Collects payments, each once at a time in this process. */
export interface Collector extends Collecting {
  /** The attempts of this process that are under way: who asks for the same one waits for it. */
  readonly underWay: Map<string, Promise<Collected>>;
  /** Told of an attempt that broke off with an error; it is taken up again later. */
  readonly onDefect: (error: unknown, due: DuePayment) => void;
}

/**
 * Longer than nearly every attempt takes, and short, for it is what the work of a killed process waits.
 * It is shorter than a request to the rail may take at the worst, which is safe: a lease saves two
 * from asking the same at once and nothing else. Whoever takes an attempt over asks the rail what became
 * of it, and confirms the same payment under the same key if the rail has not seen it, which charges
 * once even while the first request is still on its way (`two attempts at once charge once` in the
 * rail's contract).
 */
const LEASE_MS = 8 * SECOND_MS;

/** A rail that fails or is too busy to answer is not helped by being asked at once again. */
const REST_MS = 30 * SECOND_MS;

/** How many payments are looked for at once, and how many of them are with the rail at a time. */
const BATCH_MAX = 200;
const CONCURRENCY = 8;

// How long one waits for what another process holds: it takes an attempt some seconds at the most.
const LOOKS_MAX = 40;
const LOOK_AGAIN_MS = 250;

export function createCollector(
  options: Omit<Collecting, "leaseMs" | "restMs" | "isSupposed"> & {
    readonly onDefect: Collector["onDefect"];
  },
): Collector {
  const underWay = new Map();
  return { ...options, leaseMs: LEASE_MS, restMs: REST_MS, isSupposed: false, underWay };
}

/** Collects what is due in every project. Answers how many attempts were settled. */
export async function collectDue(collector: Collector): Promise<number> {
  const { db, engine } = collector;
  const wallNowMs = engine.clock.now();
  const due = await db.acrossProjects((tx) => findDuePayments(tx, wallNowMs, BATCH_MAX));
  return settledCount(await collectAll(collector, due));
}

/** What is to be collected of one customer. */
export interface DueOf {
  readonly projectId: number;
  readonly customerId: bigint;
  /** An instant of its own time. */
  readonly nowMs: number;
  /** This payment alone; all, when absent. */
  readonly paymentId?: bigint;
}

/**
 * Collects what one customer owes at an instant of its own time, and waits for what another process
 * has begun. Answers whether it is known of each attempt how it ended: not where the rail gave no answer,
 * or another process holds one for longer than an attempt takes.
 */
export async function collectDueOf(collector: Collector, whose: DueOf): Promise<boolean> {
  for (let look = 0; look < LOOKS_MAX; look += 1) {
    const found = await collector.db.ofCustomer(whose, (tx) =>
      findDuePaymentsOf(tx, whose.customerId, whose.nowMs),
    );
    const due = found.filter(({ id }) => whose.paymentId === undefined || id === whose.paymentId);
    const results = await collectAll(collector, due);
    if (results.some(({ type }) => type === "unknown")) return false;
    if (!results.some(({ type }) => type === "taken")) return true;
    if (!collector.isSupposed) await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  return false;
}

/** One payment, unless this process is at it already: then what comes of that. */
function collectOnce(collector: Collector, due: DuePayment): Promise<Collected> {
  const key = ownedKey(due);
  const current = collector.underWay.get(key);
  if (current !== undefined) return current;
  const attempt = collectPayment(collector, due).finally(() => collector.underWay.delete(key));
  collector.underWay.set(key, attempt);
  return attempt;
}

/**
 * All of them, some at a time. One that breaks off does not keep the others from being collected.
 */
async function collectAll(collector: Collector, due: readonly DuePayment[]): Promise<Collected[]> {
  const results: Collected[] = [];
  await sideBySide(due, CONCURRENCY, async (payment) => {
    try {
      results.push(await collectOnce(collector, payment));
    } catch (error) {
      collector.onDefect(error, payment);
    }
  });
  return results;
}

function settledCount(results: readonly Collected[]): number {
  return results.filter(({ type }) => type === "settled").length;
}
