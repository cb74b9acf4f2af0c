/** Lets one piece of work run at a time; the others wait in the order in which they came. */
export interface Turns {
  /** Runs `work` when all that came before it has ended, well or badly. */
  take<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Resolves when everything that came so far has ended. */
  settled(): Promise<void>;
}

export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return {
    take(work) {
      const turn = last.then(work);
      last = turn.catch(() => undefined);
      return turn;
    },
    async settled() {
      await last;
    },
  };
}
