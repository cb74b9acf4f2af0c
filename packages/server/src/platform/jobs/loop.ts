import { SECOND_MS } from "#kernel/clock.ts";
import type { Log } from "./log.ts";
import { createTurns } from "./turns.ts";

/** Work that is looked for again and again: about once a second, and sooner when nudged. */
export interface Loop {
  /** Begins to poll. Until then, and beside it, `runOnce` works alone. */
  start(): void;
  /** Says that there is something to do. Many nudges during one pass make one more pass. */
  wake(): void;
  /** Runs one pass, after the one that is under way, and answers how much it did. Throws its error. */
  runOnce(): Promise<number>;
  /** Ends the polling once the pass that is under way has ended. */
  stop(): Promise<void>;
}

/** Calls `run` once, `delayMs` from now, unless the function it answers is called before. */
export type After = (delayMs: number, run: () => void) => () => void;

export interface LoopOptions {
  /** For the log. */
  readonly name: string;
  /** One pass: answers how many things it did. After a pass that did some, the next follows at once. */
  readonly pass: () => Promise<number>;
  readonly log: Log;
  readonly idleMs?: number;
  readonly after?: After;
}

const BACKOFF_FIRST_MS = SECOND_MS;
const BACKOFF_MAX_MS = 30 * SECOND_MS;

/**
 * A polling loop. The polling is what makes it right; nudges only make it quick. A pass that throws
 * is logged and tried again, each time a little later, and nudges do not shorten that wait: what is
 * broken is not asked more often because there is more to do.
 */
export function createLoop(options: LoopOptions): Loop {
  const { name, log, idleMs = SECOND_MS, after = afterOnTimer } = options;
  const pause = createPause(after);
  const turns = createTurns();
  const runOnce = () => turns.take(options.pass);
  let failures = 0;
  let isStopping = false;
  let polling: Promise<void> | undefined;

  async function attempt(): Promise<"again" | "idle" | "failed"> {
    try {
      const count = await runOnce();
      failures = 0;
      return count > 0 ? "again" : "idle";
    } catch (error) {
      failures += 1;
      log.error({ err: error, loop: name, failures }, `${name} failed and will be tried again`);
      return "failed";
    }
  }

  async function poll(): Promise<void> {
    while (!isStopping) {
      pause.forgetNudges();
      const outcome = await attempt();
      if (isStopping) return;
      if (outcome === "failed") await pause.wait(backoffMs(failures), "deaf");
      else if (outcome === "idle") await pause.wait(idleMs, "listening");
    }
  }

  return {
    start() {
      polling ??= poll();
    },
    wake: () => pause.nudge(),
    runOnce,
    async stop() {
      isStopping = true;
      pause.end();
      await polling;
      await turns.settled();
    },
  };
}

function backoffMs(failures: number): number {
  return Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** (failures - 1));
}

const afterOnTimer: After = (delayMs, run) => {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
};

/** A wait that a nudge shortens, when it listens, and that `end` cuts in any case. */
function createPause(after: After) {
  let isNudged = false;
  let hasEnded = false;
  let wakeSleeper: ((isListening: boolean) => void) | undefined;

  return {
    forgetNudges() {
      isNudged = false;
    },
    nudge() {
      isNudged = true;
      wakeSleeper?.(true);
    },
    end() {
      hasEnded = true;
      wakeSleeper?.(false);
    },
    wait(delayMs: number, mood: "listening" | "deaf"): Promise<void> {
      if (hasEnded || (isNudged && mood === "listening")) return Promise.resolve();
      return new Promise((resolve) => {
        const finish = (): void => {
          cancel();
          wakeSleeper = undefined;
          resolve();
        };
        const cancel = after(delayMs, finish);
        wakeSleeper = (isNudge) => {
          if (!isNudge || mood === "listening") finish();
        };
      });
    },
  };
}
