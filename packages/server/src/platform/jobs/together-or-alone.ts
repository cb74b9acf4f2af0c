import { isDatabaseAway } from "#platform/db/database.ts";

/** What is done for many at once, and can be done for each of them. */
export interface Batch<Item> {
  /** Tells `took` what it holds before it does anything with it. Answers how much was done. */
  readonly together: (took: (items: readonly Item[]) => void) => Promise<number>;
  readonly alone: (item: Item) => Promise<number>;
  /** Deals with what breaks off alone too. Answers how much was done all the same. */
  readonly onDefect: (error: unknown, item: Item) => number | Promise<number>;
}

/**
 * Does a batch; where it breaks off, each of its items for itself, so that one that cannot be done keeps
 * none of the others from it. An error for which no item can be blamed is thrown on: that of a database
 * that is away, and one that comes before anything is held.
 */
export async function togetherOrAlone<Item>(batch: Batch<Item>): Promise<number> {
  let taken: readonly Item[] = [];
  try {
    return await batch.together((items) => {
      taken = items;
    });
  } catch (error) {
    if (taken.length === 0 || isDatabaseAway(error)) throw error;
  }
  return eachAlone(batch, taken);
}

/** Does each for itself. */
export async function eachAlone<Item>(
  { alone, onDefect }: Pick<Batch<Item>, "alone" | "onDefect">,
  items: readonly Item[],
): Promise<number> {
  let count = 0;
  for (const item of items) {
    try {
      count += await alone(item);
    } catch (error) {
      if (isDatabaseAway(error)) throw error;
      count += await onDefect(error, item);
    }
  }
  return count;
}
