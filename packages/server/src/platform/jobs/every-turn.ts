import { isDatabaseAway } from "#platform/db/database.ts";

/**
 * Does every piece of work, one after the other, whatever becomes of those before it, and adds up what
 * they answer. What broke off is thrown when all have had their turn; at once where the database is
 * away, since the others would fare no better.
 */
export async function everyTurn(works: Iterable<() => Promise<number>>): Promise<number> {
  const outcomes: PromiseSettledResult<number>[] = [];
  for (const work of works) {
    const [outcome] = await Promise.allSettled([work()]);
    outcomes.push(outcome);
    if (outcome.status === "rejected" && isDatabaseAway(outcome.reason)) break;
  }
  return sumOf(outcomes);
}

/** The same in lanes that run side by side: none is left running when another one breaks off. */
export async function everyLane(laneCount: number, lane: () => Promise<number>): Promise<number> {
  return sumOf(await Promise.allSettled(Array.from({ length: laneCount }, lane)));
}

function sumOf(outcomes: readonly PromiseSettledResult<number>[]): number {
  const errors: unknown[] = [];
  let sum = 0;
  for (const outcome of outcomes) {
    if (outcome.status === "fulfilled") sum += outcome.value;
    else errors.push(outcome.reason);
  }
  if (errors.length === 0) return sum;
  const first = errors.find(isDatabaseAway) ?? errors[0];
  if (errors.length === 1 || isDatabaseAway(first)) throw first;
  throw new AggregateError(errors, `${errors.length} broke off`);
}
