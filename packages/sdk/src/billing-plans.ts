import type { CallOptions, WriteOptions } from "./http.ts";
import type { Listing, ListQuery } from "./listing.ts";
import type { MeteredWire } from "./metered-wire.ts";

export type Interval = "day" | "week" | "month" | "quarter" | "year";

export interface UsageMetric {
  /** What is counted, such as `packages`. */
  readonly metric: string;
  /** What one costs, in the plan's currency: 50 is 50.00, and 0.1 is a tenth of a unit. */
  readonly rate: number;
}

export interface NewBillingPlan {
  readonly title: string;
  readonly description?: string | undefined;
  /** The base fee of one interval, in the currency's major unit: 2999 is 2,999.00. */
  readonly price: number;
  readonly interval: Interval;
  /** ISO 4217, such as `JMD`. */
  readonly currency_code: string;
  readonly data?: { readonly usage_metrics?: readonly UsageMetric[] } | undefined;
}

export interface BillingPlan {
  readonly uid: string;
  readonly title: string;
  readonly description: string | null;
  readonly price: number;
  readonly interval: Interval;
  readonly currency_code: string;
  readonly data: { readonly usage_metrics: readonly UsageMetric[] };
  readonly status: string;
  /** ISO 8601, UTC. */
  readonly created_at: string;
}

const PLANS = "billing_plans";

export class BillingPlans {
  readonly #wire: MeteredWire;

  constructor(wire: MeteredWire) {
    this.#wire = wire;
  }

  create(plan: NewBillingPlan, options: WriteOptions = {}): Promise<BillingPlan> {
    return this.#wire.post([PLANS], plan, options);
  }

  /** Refused with `plan_not_found` (404) for a uid that names no plan of this side. */
  get(uid: string, options: CallOptions = {}): Promise<BillingPlan> {
    return this.#wire.get([PLANS, uid], options);
  }

  /** Changes what is given and leaves the rest. */
  update(
    uid: string,
    changes: Partial<NewBillingPlan>,
    options: CallOptions = {},
  ): Promise<BillingPlan> {
    return this.#wire.put([PLANS, uid], changes, options);
  }

  list(query: ListQuery = {}, options: CallOptions = {}): Listing<BillingPlan> {
    return this.#wire.list([PLANS], query, options);
  }
}
