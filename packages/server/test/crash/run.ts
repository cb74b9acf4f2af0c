import type { Role } from "#config.ts";
import { breachesOf, type Chapter, openChapter, settledBreaches } from "./chapter.ts";
import { startCluster } from "./cluster.ts";
import { runCycle } from "./cycle.ts";
import { noReach, type Reach } from "./reach.ts";
import { createSpares } from "./spares.ts";

export interface CrashOptions {
  /** The same seed makes the same decisions; what they meet is up to the machine. */
  readonly seed: number;
  /** How often something is killed under load. */
  readonly cycles: number;
  /** How many cycles share a database and end in a settlement. Default 25. */
  readonly cyclesPerChapter?: number;
  /** An empty folder that any user may enter; it is removed in the end. */
  readonly dataDir: string;
  /** Told what happens, a line at a time. */
  readonly onProgress: (line: string) => void;
  /** Calls `check` again and again until it does not throw; in the end it throws what that threw. */
  readonly eventually: (check: () => Promise<void>) => Promise<void>;
}

export interface CrashReport {
  /** Everything that is not as it should be, in words; nothing when all is well. */
  readonly breaches: readonly string[];
  readonly cycleCount: number;
  readonly eventCount: number;
  readonly accountCount: number;
  readonly chargeCount: number;
  readonly messageCount: number;
  readonly reach: Reach;
}

/** What is checked after a cycle is all that is stored: so there is a new database every so often. */
const CYCLES_PER_CHAPTER = 25;

const CASTS: readonly (readonly Role[])[] = [
  ["all", "all"],
  ["api", "worker"],
];

interface Tally {
  cycleCount: number;
  eventCount: number;
  accountCount: number;
  chargeCount: number;
  messageCount: number;
}

/**
 * Kills servers, and the database under them, while they work, again and again. Checks after each time
 * what must hold at any moment, and at the end of each chapter, when everything that was asked for has
 * been done, what must hold then. Stops at the first kill that broke something.
 */
export async function runCrashes(options: CrashOptions): Promise<CrashReport> {
  const { seed, cycles, dataDir, onProgress, eventually } = options;
  const { cyclesPerChapter = CYCLES_PER_CHAPTER } = options;
  const reach = noReach();
  const cluster = await startCluster(dataDir);
  const spares = createSpares(2);
  const tally = { cycleCount: 0, eventCount: 0, accountCount: 0, chargeCount: 0, messageCount: 0 };
  let breaches: readonly string[] = [];
  try {
    for (let chapterSeed = seed; tally.cycleCount < cycles; chapterSeed += 1) {
      const roles = CASTS[chapterSeed % CASTS.length] ?? ["all"];
      const cyclesLeft = Math.min(cyclesPerChapter, cycles - tally.cycleCount);
      const environment = { folder: dataDir, cluster, spares, reach, onProgress, eventually };
      const chapter = await openChapter({ seed: chapterSeed, roles, ...environment });
      onProgress(`chapter of seed ${chapterSeed}: ${roles.join(" and ")}, ${cyclesLeft} kills`);
      breaches = await playChapter(chapter, cyclesLeft, tally);
      if (breaches.length > 0) break;
    }
  } finally {
    await spares.end();
    await cluster.stop();
  }
  return { breaches, ...tally, reach };
}

async function playChapter(
  chapter: Chapter,
  cycles: number,
  tally: Tally,
): Promise<readonly string[]> {
  const { seed, book, sandbox, receiver, servers, onProgress } = chapter;
  let breaches: readonly string[] = [];
  try {
    for (let cycle = 1; cycle <= cycles && breaches.length === 0; cycle += 1) {
      const startedMs = performance.now();
      const line = await runCycle(chapter);
      const checkedMs = performance.now();
      breaches = await breachesOf(chapter, "always");
      tally.cycleCount += 1;
      const checkMs = Math.round(performance.now() - checkedMs);
      const seconds = ((checkedMs - startedMs) / 1000).toFixed(1);
      onProgress(
        `kill ${tally.cycleCount}: ${line}; ${seconds} s, checked in ${checkMs} ms, ${book.events.length} events`,
      );
      if (breaches.length > 0) {
        breaches = [...breaches, `seen with --seed ${seed} --cycles ${cycle}`];
      }
    }
    if (breaches.length === 0) breaches = await settledBreaches(chapter);
    tally.eventCount += book.events.length;
    tally.accountCount += book.accounts.length;
    tally.chargeCount += (await sandbox.charges()).length;
    tally.messageCount += receiver.received.length;
  } finally {
    await chapter.end();
  }
  return [...breaches, ...servers.complaints()];
}
