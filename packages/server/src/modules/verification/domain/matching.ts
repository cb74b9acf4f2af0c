import { groupBy } from "#kernel/group-by.ts";

export interface Pair<Left, Right> {
  readonly left: readonly Left[];
  readonly right: readonly Right[];
}

/** What stands under the same key on both sides; an empty list where a side has nothing. */
export function pairs<Left, Right>(
  left: readonly Left[],
  leftKey: (item: Left) => string,
  right: readonly Right[],
  rightKey: (item: Right) => string,
): Pair<Left, Right>[] {
  const lefts = groupBy(left, leftKey);
  const rights = groupBy(right, rightKey);
  const keys = new Set([...lefts.keys(), ...rights.keys()]);
  return [...keys].map((key) => ({ left: lefts.get(key) ?? [], right: rights.get(key) ?? [] }));
}

export function sumOf<Item>(items: Iterable<Item>, amountOf: (item: Item) => bigint): bigint {
  let sum = 0n;
  for (const item of items) sum += amountOf(item);
  return sum;
}
