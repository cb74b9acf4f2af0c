import { type FSWatcher, watch } from "node:fs";
import { deferred } from "#test/support/deferred.ts";
import type { Chance } from "./chance.ts";
import type { Lane } from "./load/job.ts";

/**
 * When the server is killed: at the so-manyeth answer of a lane, or the so-manyeth write to the card
 * sandbox's journal, which is in the middle of charging. No time is waited for, so that a slow machine
 * kills at the same points as a fast one.
 */
export interface Moment {
  readonly at: Lane | "journal";
  readonly count: number;
  /** Whether the database goes with it. */
  readonly killsDatabase: boolean;
  /** Whether all leases have run out when it is started again. */
  readonly isLongOutage: boolean;
  /** Whether the start after it is killed too, at its so-manyeth phase; null when it is not. */
  readonly killedPhase: number | null;
}

const COUNT_MAX: Readonly<Record<Moment["at"], number>> = {
  usage: 300,
  clock: 10,
  account: 5,
  journal: 40,
};

// Every life works before it ends, and ends whatever it waits for: a lane may have nothing to ask.
const ANSWERS_MIN = 20;
const ANSWERS_MAX = 400;

const PHASES_MAX = 4;
const DATABASE_TOO = 0.3;
const LONG_OUTAGES = 0.5;
const START_TOO = 0.2;

export function randomMoment(chance: Chance): Moment {
  const at = chance.oneOf(["usage", "clock", "account", "journal"] as const) ?? "usage";
  const killsDatabase = chance.happens(DATABASE_TOO);
  return {
    at,
    count: chance.integer(1, COUNT_MAX[at]),
    killsDatabase,
    isLongOutage: !killsDatabase && chance.happens(LONG_OUTAGES),
    killedPhase: chance.happens(START_TOO) ? chance.integer(1, PHASES_MAX) : null,
  };
}

export interface MomentWatch {
  /** Resolves when the moment has come. */
  readonly come: Promise<void>;
  /** Is told of every answer. */
  readonly onAnswer: (lane: Lane) => void;
  close(): void;
}

/** Watches for a moment from now on. */
export function watchFor({ at, count }: Moment, journalPath: string): MomentWatch {
  const { promise, resolve } = deferred();
  let answers = 0;
  let seen = 0;
  const look = () => {
    const hasCome = seen >= count && answers >= ANSWERS_MIN;
    if (hasCome || answers >= ANSWERS_MAX) resolve();
  };
  const see = () => {
    seen += 1;
    look();
  };
  const journal: FSWatcher | null = at === "journal" ? watch(journalPath, see) : null;
  return {
    come: promise,
    onAnswer(lane) {
      answers += 1;
      if (lane === at) seen += 1;
      // A write to the journal is waited for, so that it is in the middle of something.
      if (at !== "journal" || answers >= ANSWERS_MAX) look();
    },
    close: () => journal?.close(),
  };
}
