import { unlessAborted } from "./abort.ts";
import type { Config } from "./config.ts";
import { decimalText } from "./decimal.ts";
import { createSend } from "./http.ts";
import { newReference } from "./metered-wire.ts";
import { sleepFor } from "./retry.ts";
import type { UsageEvent } from "./subscriptions.ts";
import {
  type DeliveryTools,
  deliverUsage,
  type FailedTry,
  type Verdict,
} from "./usage-delivery.ts";
import {
  memoryStore,
  type QueuedUsage,
  type RefusedUsage,
  type StoredUsage,
  type UsageStore,
} from "./usage-store.ts";

export interface UsageQueueOptions {
  /** Where events wait. In memory if left out: what waits is then lost with the process. */
  readonly store?: UsageStore;
  /** How many events a request carries at most, up to 10,000. Default 500. */
  readonly batchSizeMax?: number;
  /** How long an event waits for others to share its request. Default 1,000. */
  readonly lingerMs?: number;
  /** How many events wait at most; while that many do, `add` waits. Default 100,000. */
  readonly waitingMax?: number;
  /** The longest wait between two tries, unless the server asks for more. Default 60,000. */
  readonly retryDelayMsMax?: number;
  /** Told of each event that the server will never take; the store keeps it apart. */
  readonly onRefused?: (refused: RefusedUsage) => unknown;
  /** Told of each try that failed and will be repeated: the server is away, busy, or says no. */
  readonly onFailedTry?: (failed: FailedTry) => unknown;
  /** Told that the store could not write down what became of events that were sent. */
  readonly onStoreFailed?: (error: unknown) => unknown;
}

type QueueSettings = Required<Pick<UsageQueueOptions, "batchSizeMax" | "lingerMs" | "waitingMax">>;

export interface UsageQueueParts {
  readonly store: UsageStore;
  readonly settings: QueueSettings;
  readonly delivery: DeliveryTools;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly onRefused: (refused: RefusedUsage) => void;
  readonly onStoreFailed: (error: unknown) => void;
}

const RETRY_AFTER_MS_MAX = 3_600_000;

/** Opens the store and begins to send what an earlier process left there. */
export async function openUsageQueue(
  config: Config,
  options: UsageQueueOptions,
): Promise<UsageQueue> {
  const { store = memoryStore(), retryDelayMsMax = 60_000 } = options;
  const settings = checkedSettings(options);
  const policy = {
    ...config.retry.policy,
    delayMsMax: retryDelayMsMax,
    retryAfterMsMax: RETRY_AFTER_MS_MAX,
  };
  const oneTry = { ...config.retry, policy: { ...policy, attemptCountMax: 1 } };
  const delivery = {
    send: createSend({ ...config, retry: oneTry }),
    retry: { ...config.retry, policy },
    onFailedTry: apart(options.onFailedTry),
  };
  const onRefused = apart(options.onRefused);
  const onStoreFailed = apart(options.onStoreFailed);
  const parts = { store, settings, delivery, now: config.now, onRefused, onStoreFailed };
  return new UsageQueue(parts, await store.open());
}

function checkedSettings(options: UsageQueueOptions): QueueSettings {
  const { batchSizeMax = 500, lingerMs = 1_000, waitingMax = 100_000 } = options;
  const settings = { batchSizeMax, lingerMs, waitingMax };
  if (!(Number.isInteger(batchSizeMax) && batchSizeMax >= 1 && batchSizeMax <= 10_000)) {
    throw new TypeError(`batchSizeMax is a whole number from 1 to 10000, not ${batchSizeMax}.`);
  }
  if (!(lingerMs >= 0 && lingerMs < 2 ** 31)) {
    throw new TypeError(`lingerMs is between 0 and 2147483647, not ${lingerMs}.`);
  }
  if (!(waitingMax >= 1)) throw new TypeError(`waitingMax is at least 1, not ${waitingMax}.`);
  return settings;
}

/** What a callback throws is its owner's to see, as any unhandled error; the queue goes on. */
function apart<T>(callback: ((value: T) => unknown) | undefined): (value: T) => void {
  return (value) => void Promise.resolve(value).then(callback);
}

/**
 * Usage on its way to the server: kept first, sent in batches, repeated until it is counted once.
 * Made by `farthing.usageQueue`. A queue that has something to send keeps the process alive.
 */
export class UsageQueue {
  readonly #parts: UsageQueueParts;
  /** Kept and not yet settled, oldest first. */
  readonly #waiting: StoredUsage[];
  readonly #storing = new Set<Promise<unknown>>();
  readonly #stopping = new AbortController();
  #lingering = new AbortController();
  #flushCount = 0;
  #sending: Promise<void> | null = null;
  #closing: Promise<{ readonly unsentCount: number }> | null = null;
  /** Replaced whenever events have been settled. */
  #progress = newProgress();

  constructor(parts: UsageQueueParts, waiting: readonly StoredUsage[]) {
    this.#parts = parts;
    this.#waiting = [...waiting];
    this.#send();
  }

  /** How many events are kept and not yet counted. */
  get waitingCount(): number {
    return this.#waiting.length + this.#storing.size;
  }

  /**
   * Takes one billable event. Resolves with its reference once the store has it; from then on it
   * will be counted, once. Waits while the queue is full. Rejects when the store fails, when the
   * signal is aborted first, and with a TypeError for what is no event: it was not taken then, and
   * adding it again under the same `reference_id` is safe.
   */
  async add(
    subscriptionUid: string,
    event: UsageEvent,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<string> {
    const queued = stamped(subscriptionUid, event, this.#parts.now());
    signal?.throwIfAborted();
    while (this.#closing === null && this.waitingCount >= this.#parts.settings.waitingMax) {
      await unlessAborted(this.#progress.made, signal);
    }
    if (this.#closing !== null) throw new Error("The usage queue is closed.");
    const storing = this.#parts.store.append(queued);
    this.#storing.add(storing);
    try {
      this.#waiting.push(await storing);
    } catch (error) {
      // Its place is free again for whoever waits for one.
      this.#tellProgress();
      throw error;
    } finally {
      this.#storing.delete(storing);
    }
    this.#send();
    return queued.reference_id;
  }

  /**
   * Sends what was added so far; resolves when the server has judged all of it. Rejects when the
   * signal is aborted first, and when the queue is closed meanwhile and gives up.
   */
  async flush({ signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    signal?.throwIfAborted();
    this.#flushCount += 1;
    try {
      await unlessAborted(Promise.allSettled(this.#storing), signal);
      const lastId = this.#waiting.at(-1)?.id ?? 0;
      this.#lingering.abort();
      while ((this.#waiting[0]?.id ?? Number.POSITIVE_INFINITY) <= lastId) {
        const { made } = this.#progress;
        await unlessAborted(unlessAborted(made, signal), this.#stopping.signal);
      }
    } finally {
      this.#flushCount -= 1;
    }
  }

  /**
   * Takes no more, sends what waits for up to `timeoutMs` (10,000 if left out), and lets go of the
   * store. `unsentCount` events are left: a durable store gives them to the next queue.
   */
  close({ timeoutMs = 10_000 }: { readonly timeoutMs?: number } = {}): Promise<{
    readonly unsentCount: number;
  }> {
    this.#closing ??= this.#close(timeoutMs);
    return this.#closing;
  }

  /** What the server will never take as it is. Mended, it may be added under the same reference. */
  refused(): Promise<readonly RefusedUsage[]> {
    return this.#parts.store.refused();
  }

  clearRefused(): Promise<void> {
    return this.#parts.store.clearRefused();
  }

  async #close(timeoutMs: number): Promise<{ readonly unsentCount: number }> {
    const inTime = new AbortController();
    // Whoever waits for room learns that there will be none.
    this.#tellProgress();
    const timeUp = sleepFor(timeoutMs, inTime.signal).catch(() => {});
    await Promise.race([this.flush(), timeUp]);
    inTime.abort();
    this.#stopping.abort(new Error("The usage queue is closed."));
    await this.#sending;
    await Promise.allSettled(this.#storing);
    await this.#parts.store.close();
    return { unsentCount: this.#waiting.length };
  }

  #send(): void {
    const { batchSizeMax } = this.#parts.settings;
    if (this.#waiting.length >= batchSizeMax) this.#lingering.abort();
    if (this.#sending !== null || this.#waiting.length === 0) return;
    this.#sending = this.#sendAll().finally(() => {
      this.#sending = null;
      if (!this.#stopping.signal.aborted) this.#send();
    });
  }

  async #sendAll(): Promise<void> {
    const { delivery, settings } = this.#parts;
    const { signal } = this.#stopping;
    try {
      while (this.#waiting.length > 0) {
        await this.#linger();
        const batch = this.#waiting.slice(0, settings.batchSizeMax);
        const events = batch.map(({ event }) => event);
        await this.#settle(batch, await deliverUsage(delivery, events, signal));
        this.#waiting.splice(0, batch.length);
        this.#tellProgress();
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** Waits for company, unless there is enough of it or somebody waits for the answer. */
  async #linger(): Promise<void> {
    const { delivery, settings } = this.#parts;
    this.#lingering = new AbortController();
    const isUrgent = this.#flushCount > 0 || this.#closing !== null;
    if (isUrgent || this.#waiting.length >= settings.batchSizeMax) return;
    await delivery.retry.sleep(settings.lingerMs, this.#lingering.signal).catch(() => {});
  }

  /** Keeps refused events apart before any is forgotten. */
  async #settle(batch: readonly StoredUsage[], verdicts: readonly Verdict[]): Promise<void> {
    const { store, now, onRefused, onStoreFailed } = this.#parts;
    const refused_at = new Date(now()).toISOString();
    const refused = batch.flatMap(({ event }, index): RefusedUsage[] => {
      const refusal = verdicts[index] ?? null;
      return refusal === null ? [] : [{ event, ...refusal, refused_at }];
    });
    try {
      if (refused.length > 0) await store.refuse(refused);
      await store.settle(batch.map(({ id }) => id));
    } catch (error) {
      // The store still has them: the next queue sends them again, and they are counted already.
      onStoreFailed(error);
    }
    for (const refusal of refused) onRefused(refusal);
  }

  #tellProgress(): void {
    const { tell } = this.#progress;
    this.#progress = newProgress();
    tell();
  }
}

function newProgress() {
  let tell = () => {};
  const made = new Promise<void>((resolve) => {
    tell = resolve;
  });
  return { made, tell };
}

function stamped(subscription: string, event: UsageEvent, nowMs: number): QueuedUsage {
  if (typeof subscription !== "string" || subscription === "") {
    throw new TypeError(`Not a uid: ${JSON.stringify(subscription)}`);
  }
  return {
    subscription,
    metric: event.metric,
    quantity: decimalText(event.metric_count),
    reference_id: event.reference_id ?? newReference(),
    occurred_at: new Date(event.occurred_at ?? nowMs).toISOString(),
  };
}
