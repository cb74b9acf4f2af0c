import { type FSWatcher, watch } from "node:fs";
import type { FaultPoint } from "#kernel/fault-points.ts";
import { deferred } from "#test/support/deferred.ts";
import type { Chance } from "./chance.ts";
import { type Lane, lanes } from "./load/job.ts";
import { aimAtNext, type Reach } from "./reach.ts";

/** What is killed, and when. */
export interface Strike {
  /** The place in the code, and how often it is reached until then; null for a moment of chance. */
  readonly point: FaultPoint | null;
  readonly hits: number;
  /** When, if there is no place, or if it is not reached. */
  readonly moment: Moment;
  readonly victim: Victim;
}

/** `server`: one of them; `servers`: all of them. */
export type Victim = "server" | "database" | "server and database" | "servers" | "everything";

/**
 * The so-manyeth answer of a lane, or the so-manyeth write to the card sandbox's journal, which is in
 * the middle of charging. No time is waited for, so that a slow machine kills where a fast one does.
 */
export interface Moment {
  readonly at: Lane | "journal";
  readonly count: number;
}

const VICTIMS: readonly Victim[] = [
  ...Array<Victim>(10).fill("server"),
  ...Array<Victim>(3).fill("database"),
  ...Array<Victim>(3).fill("server and database"),
  ...Array<Victim>(2).fill("servers"),
  ...Array<Victim>(2).fill("everything"),
];

const COUNT_MAX: Readonly<Record<Moment["at"], number>> = {
  usage: 120,
  clock: 6,
  account: 3,
  money: 3,
  change: 3,
  correction: 3,
  journal: 15,
};

const AT_POINTS = 0.8;
const HITS_MAX = 3;

/** What is reached once in a cycle, if at all. */
const RARE = /^(start|refund|change|payer|credit_note|one_off)\.|^payment\.looked_up/;

// Every cycle works before it ends, and ends whatever it waits for: a lane may have nothing to ask.
const ANSWERS_MIN = 20;
const ANSWERS_MAX = 250;

export function randomStrike(chance: Chance, reach: Reach): Strike {
  const at = chance.oneOf([...lanes, "journal"] as const) ?? "usage";
  const point = chance.happens(AT_POINTS) ? aimAtNext(reach, chance) : null;
  return {
    point,
    hits: RARE.test(point ?? "") ? 1 : chance.integer(1, HITS_MAX),
    moment: { at, count: chance.integer(1, COUNT_MAX[at]) },
    victim: chance.oneOf(VICTIMS) ?? "server",
  };
}

export const killsDatabase = (victim: Victim): boolean =>
  victim !== "server" && victim !== "servers";

/** In words, for the log. */
export function told({ point, hits, moment, victim }: Strike): string {
  const when = point === null ? `${moment.at} ${moment.count}` : `${point} (${hits})`;
  return `${victim} at ${when}`;
}

export interface MomentWatch {
  /** Resolves when the moment has come. */
  readonly come: Promise<void>;
  /** Resolves after so many more answers. */
  more(count: number): Promise<void>;
  /** Is told of every answer. */
  readonly onAnswer: (lane: Lane) => void;
  close(): void;
}

/** Watches for the moment from now on; for the last one there is, where a place is waited for. */
export function watchFor({ point, moment }: Strike, journalPath: string): MomentWatch {
  const { at, count } = moment;
  const { promise, resolve } = deferred();
  const enough = deferred();
  let answersMax = Number.POSITIVE_INFINITY;
  let answers = 0;
  let seen = 0;
  const look = () => {
    const hasCome = point === null && seen >= count && answers >= ANSWERS_MIN;
    if (hasCome || answers >= ANSWERS_MAX) resolve();
  };
  const see = () => {
    seen += 1;
    look();
  };
  const journal: FSWatcher | null = at === "journal" ? watch(journalPath, see) : null;
  return {
    come: promise,
    more(further) {
      answersMax = answers + further;
      return enough.promise;
    },
    onAnswer(lane) {
      answers += 1;
      if (answers >= answersMax) enough.resolve();
      if (lane === at) seen += 1;
      // A write to the journal is waited for, so that it is in the middle of something.
      if (at !== "journal" || answers >= ANSWERS_MAX) look();
    },
    close: () => journal?.close(),
  };
}
