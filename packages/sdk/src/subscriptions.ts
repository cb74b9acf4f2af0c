import type { CallOptions, WriteOptions } from "./http.ts";
import type { Listing, ListQuery } from "./listing.ts";
import { type MeteredWire, newReference } from "./metered-wire.ts";

export interface Customer {
  readonly first_name: string;
  readonly last_name: string;
  /** Who the customer is: a known address finds the customer, a new one creates it. */
  readonly email: string;
}

/** Yours to fill; it comes back with the subscription and with every webhook about it. */
export interface MetaData {
  /** Where the customer goes after paying. Must be on the project's list of addresses. */
  readonly return_url?: string;
  readonly [name: string]: unknown;
}

export interface NewSubscriptionLink {
  readonly plan_uid: string;
  readonly customer: Customer;
  readonly title?: string | undefined;
  readonly meta_data?: MetaData | undefined;
  /** Yours; asking again with the same one answers the same link. */
  readonly reference_id?: string | undefined;
}

export type SubscriptionStatus = "incomplete" | "active" | "past_due" | "paused" | "cancelled";

export interface CurrentUsage {
  readonly metric: string;
  readonly count: number;
  /** What that comes to so far, in the plan's currency. */
  readonly amount: number;
}

export interface Subscription {
  readonly uid: string;
  readonly title: string | null;
  readonly status: SubscriptionStatus;
  readonly plan: {
    readonly uid: string;
    readonly title: string;
    readonly price: number;
    readonly currency_code: string;
  };
  readonly customer: Customer;
  readonly meta_data: MetaData;
  readonly reference_id: string | null;
  /** ISO 8601, UTC; null until the subscription is active. */
  readonly current_period_start: string | null;
  readonly current_period_end: string | null;
  readonly current_usage: readonly CurrentUsage[];
  readonly payment_urls: { readonly short_link: string | null };
}

export interface SubscriptionLink extends Subscription {
  /** The page to send the customer to. */
  readonly payment_urls: { readonly short_link: string };
}

export interface UsageEvent {
  readonly metric: string;
  readonly metric_count: number;
  /** Counts once however often it is sent. Made for you if left out. */
  readonly reference_id?: string | undefined;
  /** When it happened; the time of the call if left out. Text is ISO 8601. */
  readonly occurred_at?: string | Date | undefined;
}

export interface UsageReceipt {
  readonly metric: string;
  readonly metric_count: number;
  readonly reference_id: string;
  /** `duplicate`: this reference was counted before, possibly by an earlier try of this call. */
  readonly status: "recorded" | "duplicate";
}

/** The fate of one event of a batch. */
export interface UsageResult {
  readonly reference_id: string;
  readonly status: "recorded" | "duplicate" | "refused";
  /** Why, if it was refused. */
  readonly error?: { readonly code: string; readonly message: string };
}

export interface UsageRecord {
  readonly metric: string;
  readonly metric_count: number;
  readonly reference_id: string;
  readonly occurred_at: string;
}

export interface UsageCharge {
  readonly metric: string;
  readonly count: number;
  readonly rate: number;
  readonly amount: number;
}

/** One billing period, `[period_start, period_end)`, and what it comes to or came to. */
export interface SubscriptionPeriod {
  readonly period_start: string;
  readonly period_end: string;
  readonly status: "open" | "closed";
  readonly base_amount: number;
  readonly usage_amount: number;
  readonly total: number;
  readonly usage_charges: readonly UsageCharge[];
  /** Null while the period is open. */
  readonly invoice_uid: string | null;
}

const SUBSCRIPTIONS = "billing_subscriptions";

export class Subscriptions {
  readonly #wire: MeteredWire;
  readonly #now: () => number;

  constructor(wire: MeteredWire, now: () => number) {
    this.#wire = wire;
    this.#now = now;
  }

  /** Makes the page on which the customer gives a card and so starts the subscription. */
  createLink(link: NewSubscriptionLink, options: WriteOptions = {}): Promise<SubscriptionLink> {
    return this.#wire.post([SUBSCRIPTIONS, "link"], link, options);
  }

  list(query: ListQuery = {}, options: CallOptions = {}): Listing<Subscription> {
    return this.#wire.list([SUBSCRIPTIONS], query, options);
  }

  get(uid: string, options: CallOptions = {}): Promise<Subscription> {
    return this.#wire.get([SUBSCRIPTIONS, uid], options);
  }

  /**
   * Records one billable event. Safe to repeat with the same `reference_id`; the same reference
   * with another content is refused with `usage_reference_reused` (409).
   */
  usage(uid: string, event: UsageEvent, options: CallOptions = {}): Promise<UsageReceipt> {
    return this.#wire.postReferenced([SUBSCRIPTIONS, uid, "usage"], this.#stamped(event), options);
  }

  /**
   * Records many events and answers for each, in order. A refused event does not reject the call
   * and does not hold up the others: look at every `status`.
   */
  async usageBatch(
    uid: string,
    events: readonly UsageEvent[],
    options: CallOptions = {},
  ): Promise<readonly UsageResult[]> {
    if (events.length === 0) return [];
    const stamped = events.map((event) => this.#stamped(event));
    return this.#wire.postReferenced([SUBSCRIPTIONS, uid, "usage"], stamped, options);
  }

  listUsage(uid: string, query: ListQuery = {}, options: CallOptions = {}): Listing<UsageRecord> {
    return this.#wire.list([SUBSCRIPTIONS, uid, "usage"], query, options);
  }

  /** The billing periods, newest first. */
  periods(
    uid: string,
    query: ListQuery = {},
    options: CallOptions = {},
  ): Listing<SubscriptionPeriod> {
    return this.#wire.list([SUBSCRIPTIONS, uid, "periods"], query, options);
  }

  /** Ends the subscription with its period, or at once with `{ at_period_end: false }`. */
  cancel(
    uid: string,
    { at_period_end = true }: { readonly at_period_end?: boolean | undefined } = {},
    options: WriteOptions = {},
  ): Promise<Subscription> {
    return this.#wire.post([SUBSCRIPTIONS, uid, "cancel"], { at_period_end }, options);
  }

  /** Done once per call, before the first try: a retry must be the same event to the server. */
  #stamped(event: UsageEvent): UsageEvent {
    return {
      ...event,
      reference_id: event.reference_id ?? newReference(),
      occurred_at: event.occurred_at ?? new Date(this.#now()).toISOString(),
    };
  }
}
