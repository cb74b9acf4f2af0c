import { type Clock, type EpochMs, MINUTE_MS } from "#kernel/clock.ts";
import { type OwnedId, ownedKey } from "#kernel/ids.ts";

/** A subscription for which time could not do what it had to do. */
export interface Broken extends OwnedId {
  readonly projectId: number;
  /** How often that was tried. */
  readonly failures: number;
}

/**
 * The subscriptions that this process could not close, not even alone. Batches pass them over, so that
 * nobody waits behind them; each rests, a while longer every time, and is then tried alone again.
 * Nothing of it is kept: another process, or this one when it is started anew, makes its own experience.
 */
export interface SetAside {
  /** All of them, in every project. */
  all(): readonly Broken[];
  /** Those that have rested. */
  rested(): readonly Broken[];
  /** Whether it was set aside and has not rested yet. */
  isResting(subscription: OwnedId): boolean;
  /** Sets one aside, for the first time or again, and tells of it. Throws the error when they are too many. */
  add(error: unknown, projectId: number, subscription: OwnedId): void;
  /** Lets it be done in batches again. */
  remove(subscription: OwnedId): void;
}

export interface SetAsideOptions {
  readonly clock: Clock;
  /** Told of each try that failed. */
  readonly onDefect: (error: unknown, broken: Broken) => void;
}

const REST_FIRST_MS = MINUTE_MS;
const REST_DOUBLINGS_MAX = 4;

/** Where so many break off it is not they that are broken, and every claim would have to name them. */
const ASIDE_MAX = 10_000;

export function createSetAside({ clock, onDefect }: SetAsideOptions): SetAside {
  const aside = new Map<string, Resting>();
  const isOver = ({ untilMs }: Resting) => untilMs <= clock.now();
  return {
    all: () => [...aside.values()],
    rested: () => [...aside.values()].filter(isOver),
    isResting(subscription) {
      const known = aside.get(ownedKey(subscription));
      return known !== undefined && !isOver(known);
    },
    add(error, projectId, { customerId, id }) {
      const key = ownedKey({ customerId, id });
      const known = aside.get(key);
      // Both lanes may have tried it at the same time: that is one failure.
      if (known !== undefined && !isOver(known)) return;
      if (known === undefined && aside.size >= ASIDE_MAX) throw error;
      const broken = { projectId, customerId, id, failures: (known?.failures ?? 0) + 1 };
      aside.set(key, { ...broken, untilMs: clock.now() + restMs(broken) });
      onDefect(error, broken);
    },
    remove: (subscription) => void aside.delete(ownedKey(subscription)),
  };
}

interface Resting extends Broken {
  readonly untilMs: EpochMs;
}

function restMs({ failures }: Broken): number {
  return REST_FIRST_MS * 2 ** Math.min(failures - 1, REST_DOUBLINGS_MAX);
}
