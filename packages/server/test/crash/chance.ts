/** Chance that can be played again: the same seed gives the same numbers in the same order. */
export interface Chance {
  /** A whole number from `min` to `max`, both included. */
  integer(min: number, max: number): number;
  /** True this often, from 0 to 1. */
  happens(probability: number): boolean;
  /** One of them, or undefined when there is none. */
  oneOf<Item>(items: readonly Item[]): Item | undefined;
}

/** Mulberry32: 32 bits of state, which is plenty for deciding what to break next. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  return {
    integer,
    happens: (probability) => next() < probability,
    oneOf: (items) => items[integer(0, items.length - 1)],
  };
}
