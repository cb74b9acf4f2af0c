export interface SideBySideOptions {
  /** How many items at a time. */
  readonly width: number;
  /** Begins no further item once it is aborted, and rejects with its reason. */
  readonly signal: AbortSignal;
}

/** Does one thing for each item, several at a time. A failure ends it when what has begun is done. */
export async function sideBySide<T>(
  items: readonly T[],
  { width, signal }: SideBySideOptions,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  const failures: unknown[] = [];
  const worker = async () => {
    for (const item of waiting) {
      if (failures.length > 0 || signal.aborted) return;
      await work(item).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  if (failures.length > 0) throw failures[0];
  signal.throwIfAborted();
}
