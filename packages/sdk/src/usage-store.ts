/** A usage event as it waits. It is stamped once, so that every try of it is the same event. */
export interface QueuedUsage {
  /** The subscription's uid. */
  readonly subscription: string;
  readonly metric: string;
  /** An exact decimal. */
  readonly quantity: string;
  readonly reference_id: string;
  /** ISO 8601, UTC. */
  readonly occurred_at: string;
}

/** An event that the server will never take as it is. */
export interface RefusedUsage {
  readonly event: QueuedUsage;
  /** The server's word, such as `usage_metric_unknown`. */
  readonly code: string;
  readonly message: string;
  /** ISO 8601, UTC. */
  readonly refused_at: string;
}

export interface StoredUsage {
  /** Rises with each event of a store. */
  readonly id: number;
  readonly event: QueuedUsage;
}

/** Where a queue keeps what the server has not counted yet. One queue uses it at a time. */
export interface UsageStore {
  /** What was kept and never settled, oldest first. Called once, before everything else. */
  open(): Promise<readonly StoredUsage[]>;
  /** Resolves when the event would outlive whatever the store promises to outlive. */
  append(event: QueuedUsage): Promise<StoredUsage>;
  /** Forgets events; may forget that it did, for the server counts them once. */
  settle(ids: readonly number[]): Promise<void>;
  /** Keeps refused events apart, as safely as the others. They are settled afterwards. */
  refuse(refused: readonly RefusedUsage[]): Promise<void>;
  /** What was kept apart, oldest first, one entry for each reference of a subscription. */
  refused(): Promise<readonly RefusedUsage[]>;
  clearRefused(): Promise<void>;
  close(): Promise<void>;
}

/** Keeps events for as long as the process lives. */
export function memoryStore(): UsageStore {
  const waiting = new Map<number, StoredUsage>();
  let refusals: readonly RefusedUsage[] = [];
  let lastId = 0;
  return {
    open: async () => [...waiting.values()],
    async append(event) {
      lastId += 1;
      const stored = { id: lastId, event };
      waiting.set(lastId, stored);
      return stored;
    },
    async settle(ids) {
      for (const id of ids) waiting.delete(id);
    },
    async refuse(refused) {
      refusals = latestOfEach([...refusals, ...refused]);
    },
    refused: async () => refusals,
    async clearRefused() {
      refusals = [];
    },
    close: async () => {},
  };
}

/** One refusal for each event: an event may be refused again after a crash or when it is mended. */
export function latestOfEach(refusals: readonly RefusedUsage[]): readonly RefusedUsage[] {
  const byEvent = new Map<string, RefusedUsage>();
  for (const refusal of refusals) {
    const { subscription, reference_id } = refusal.event;
    byEvent.set(JSON.stringify([subscription, reference_id]), refusal);
  }
  return [...byEvent.values()];
}
