/**
 * Does `work` for all items, `concurrency` of them at a time, in the order in which they are given.
 * `work` deals with its own failures: what it throws ends the whole.
 */
export async function sideBySide<Item>(
  items: readonly Item[],
  concurrency: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  const lane = async () => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, lane));
}
