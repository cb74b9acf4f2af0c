import type { Render } from "../objects/render.ts";
import type { Change, DeliveryRecord } from "../state/collections.ts";
import type { Store } from "../state/store.ts";
import { signatureHeader } from "./signature.ts";

/** One attempt to hand an event to an endpoint. */
export type Delivery = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Aborted when the sandbox closes or the attempt takes too long. */
  readonly signal: AbortSignal;
};

export type Deliver = (delivery: Delivery) => Promise<{ readonly status: number }>;

type Dependencies = {
  readonly store: Store;
  readonly render: Render;
  readonly now: () => number;
  readonly deliver: Deliver;
  /** How long to wait after each failed attempt; after the last the event is given up. */
  readonly retryDelaysMs: readonly number[];
  readonly onDefect: (error: unknown) => void;
};

const concurrencyMax = 8;
const attemptTimeoutMs = 10_000;
/** An injected clock may stand still or jump, so no timer trusts it for longer than this. */
const napMsMax = 60_000;

/**
 * Delivers what the state says is still to be delivered. Because it is in the state, a delivery that
 * a kill interrupts is made again by the next process: at least once, as on Stripe.
 */
export class Dispatcher {
  readonly #with: Dependencies;
  readonly #closing = new AbortController();
  /** Deliveries being attempted, by id. */
  readonly #attempts = new Map<string, Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #scheduledPump: NodeJS.Immediate | undefined;
  #idleWaiters: (() => void)[] = [];

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
  }

  /**
   * Looks for due deliveries once the current request has been answered. That alone does not keep the
   * process alive, unless somebody waits for it.
   */
  wake(): void {
    if (this.#scheduledPump !== undefined || this.#closing.signal.aborted) return;
    this.#scheduledPump = setImmediate(() => {
      this.#scheduledPump = undefined;
      try {
        this.#pump();
      } catch (error) {
        this.#with.onDefect(error);
        this.#settle();
      }
    });
    if (this.#idleWaiters.length === 0) this.#scheduledPump.unref();
  }

  /** Attempts these deliveries now, one after the other, those that are due. */
  async deliver(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const delivery = this.#with.store.find("delivery", id);
      if (delivery === undefined || delivery.nextAttemptMs > this.#with.now()) continue;
      if (!this.#attempts.has(id)) this.#start(delivery);
      await this.#attempts.get(id);
    }
  }

  /** Resolves when no delivery is due or being attempted. One that waits to be retried is neither. */
  idle(): Promise<void> {
    this.wake();
    if (this.#scheduledPump === undefined && this.#attempts.size === 0) return Promise.resolve();
    this.#scheduledPump?.ref();
    return new Promise((resolve) => this.#idleWaiters.push(resolve));
  }

  /** Stops for good. What was not delivered stays in the state. */
  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#timer);
    await Promise.all(this.#attempts.values());
    this.#settle();
  }

  #pump(): void {
    clearTimeout(this.#timer);
    if (this.#closing.signal.aborted) return this.#settle();
    const nowMs = this.#with.now();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const delivery of this.#with.store.table("delivery").values()) {
      if (this.#attempts.size >= concurrencyMax) return;
      if (this.#attempts.has(delivery.id) || this.#mustWait(delivery)) continue;
      if (delivery.nextAttemptMs <= nowMs) this.#start(delivery);
      else nextMs = Math.min(nextMs, delivery.nextAttemptMs);
    }
    if (nextMs !== Number.POSITIVE_INFINITY) {
      const napMs = Math.min(nextMs - nowMs, napMsMax);
      this.#timer = setTimeout(() => this.wake(), napMs).unref();
    }
    if (this.#attempts.size === 0) this.#settle();
  }

  /** Whether another delivery is to go first and has not been attempted yet. */
  #mustWait({ after }: DeliveryRecord): boolean {
    const before = after === undefined ? undefined : this.#with.store.find("delivery", after);
    return before?.attemptCount === 0;
  }

  #start(delivery: DeliveryRecord): void {
    const attempt = this.#attempt(delivery)
      .then((isDelivered) => this.#finish(delivery, isDelivered))
      .catch((error: unknown) => {
        this.#with.onDefect(error);
        this.#settle();
      });
    this.#attempts.set(delivery.id, attempt);
  }

  #finish(delivery: DeliveryRecord, isDelivered: boolean): void {
    this.#attempts.delete(delivery.id);
    // An attempt that closing cut short may have arrived or not: the next process makes it again.
    if (this.#closing.signal.aborted) return;
    this.#with.store.commit(this.#outcome(delivery, isDelivered));
    this.wake();
  }

  async #attempt({ event: eventId, endpoint: endpointId }: DeliveryRecord): Promise<boolean> {
    const { store, render, now, deliver } = this.#with;
    const event = store.find("event", eventId);
    const endpoint = store.find("webhook_endpoint", endpointId);
    if (event === undefined || endpoint === undefined) return true;
    const body = JSON.stringify(render("event", event));
    const headers = {
      "content-type": "application/json; charset=utf-8",
      "stripe-signature": signatureHeader(endpoint.secret, body, now()),
      "user-agent": "Stripe/1.0 (stripe-sandbox)",
    };
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(attemptTimeoutMs)]);
    await store.synced();
    try {
      const { status } = await deliver({ url: endpoint.url, headers, body, signal });
      return status >= 200 && status < 300;
    } catch {
      return false;
    }
  }

  #outcome(delivery: DeliveryRecord, isDelivered: boolean): readonly Change[] {
    const drop: Change = { drop: "delivery", id: delivery.id };
    const delayMs = this.#with.retryDelaysMs[delivery.attemptCount];
    if (isDelivered || delayMs === undefined) return [drop];
    const value: DeliveryRecord = {
      ...delivery,
      attemptCount: delivery.attemptCount + 1,
      nextAttemptMs: this.#with.now() + delayMs,
    };
    // Dropped and put again it moves behind those that were never tried, which are looked at first.
    return [drop, { put: "delivery", value }];
  }

  #settle(): void {
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const resolve of waiters) resolve();
  }
}

/** Posts over the network, without following redirects, as Stripe does. */
export const deliverOverHttp: Deliver = async ({ url, headers, body, signal }) => {
  const response = await fetch(url, { method: "POST", headers, body, signal, redirect: "manual" });
  await response.body?.cancel();
  return { status: response.status };
};
