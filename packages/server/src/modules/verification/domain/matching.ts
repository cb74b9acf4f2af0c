/** Items by their key, in their order. */
export function groupBy<Item>(
  items: Iterable<Item>,
  keyOf: (item: Item) => string,
): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

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
