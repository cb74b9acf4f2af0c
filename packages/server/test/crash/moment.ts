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
  /** Whether the start after it is killed too, at its so-manyeth phase; null when it is not. */
  readonly killedPhase: number | null;
}

const COUNT_MAX: Readonly<Record<Moment["at"], number>> = {
  usage: 300,
  clock: 10,
  account: 5,
  journal: 40,
};

// Whatever is waited for, a life ends after so many answers: a lane may have nothing left to ask.
const ANSWERS_MAX = 400;

const PHASES_MAX = 4;
const DATABASE_TOO = 0.3;
const START_TOO = 0.2;

export function randomMoment(chance: Chance): Moment {
  const at = chance.oneOf(["usage", "clock", "account", "journal"] as const) ?? "usage";
  return {
    at,
    count: chance.integer(1, COUNT_MAX[at]),
    killsDatabase: chance.happens(DATABASE_TOO),
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
  const see = () => {
    seen += 1;
    if (seen >= count) resolve();
  };
  const journal: FSWatcher | null = at === "journal" ? watch(journalPath, see) : null;
  return {
    come: promise,
    onAnswer(lane) {
      answers += 1;
      if (lane === at) see();
      if (answers >= ANSWERS_MAX) resolve();
    },
    close: () => journal?.close(),
  };
}
