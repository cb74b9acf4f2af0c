import { BillingPlans } from "./billing-plans.ts";
import { type Config, type FarthingOptions, type Mode, readConfig } from "./config.ts";
import { createSend, type Method, type Query, type Send, type WriteOptions } from "./http.ts";
import { createMeteredWire, withIdempotencyKey } from "./metered-wire.ts";
import { Subscriptions } from "./subscriptions.ts";
import { openUsageQueue, type UsageQueue, type UsageQueueOptions } from "./usage-queue.ts";
import { webhooks } from "./webhooks.ts";

export interface RequestOptions extends WriteOptions {
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly query?: Query;
}

/**
 * A client for one side, live or sandbox, of one project.
 *
 * Calls are tried again after a lost connection, a timeout, and 408, 429, 500, 502, 503 and 504.
 * They reject with FarthingError when the server refuses and with FarthingConnectionError when no
 * answer came. The constructor throws a TypeError for options that cannot work.
 */
export class Farthing {
  /** Checks the signature of what your webhook address receives. Needs no client. */
  static readonly webhooks = webhooks;

  readonly mode: Mode;
  readonly baseUrl: string;
  readonly billingPlans: BillingPlans;
  readonly subscriptions: Subscriptions;
  readonly #config: Config;
  readonly #send: Send;

  constructor(options: FarthingOptions) {
    const config = readConfig(options);
    this.#config = config;
    this.mode = config.mode;
    this.baseUrl = config.baseUrl;
    this.#send = createSend(config);
    const wire = createMeteredWire(this.#send);
    this.billingPlans = new BillingPlans(wire);
    this.subscriptions = new Subscriptions(wire, config.now);
  }

  /**
   * A queue for usage that must not be lost: it keeps events in a store, sends them in batches, and
   * goes on trying until each is counted once. Begins with what an earlier process left in the store;
   * rejects when the store cannot be opened, such as one that another process has open.
   */
  async usageQueue(options: UsageQueueOptions = {}): Promise<UsageQueue> {
    return openUsageQueue(this.#config, options);
  }

  /**
   * Any path of the server, for what has no method here: `request("GET", "/v1/invoices")`. Gives
   * the answer's JSON as it came; `T` is taken on trust. A POST carries an `Idempotency-Key`.
   */
  async request<T = unknown>(
    method: Method,
    path: string,
    options: RequestOptions = {},
  ): Promise<T> {
    const keyed = method === "POST" ? withIdempotencyKey(options) : options;
    const { body } = await this.#send({ ...keyed, method, path });
    return body as T;
  }
}
