import type { NativeEventData } from "./native-events.ts";
import type { Customer, Subscription, UsageCharge } from "./subscriptions.ts";

/** What of the subscription a webhook carries at least. */
export type WebhookSubscription = Pick<Subscription, "uid" | "meta_data" | "status"> &
  Partial<Omit<Subscription, "uid" | "meta_data" | "status">>;

/** Amounts are in the plan's currency; `total` is `base_amount` + `usage_amount`. */
export interface WebhookInvoice {
  readonly base_amount: number;
  readonly usage_amount: number;
  readonly total: number;
  readonly usage_charges: readonly UsageCharge[];
}

interface Message<Name extends string, Data> {
  /** The same on every delivery of this message: keep it to handle each message once. */
  readonly id: string;
  readonly event: Name;
  readonly data: Data;
}

interface SubscriptionFacts {
  readonly subscription: WebhookSubscription;
  readonly customer: Customer;
}

interface InvoiceFacts extends SubscriptionFacts {
  readonly invoice: WebhookInvoice;
}

/** The events that are about money and carry an invoice. */
export type InvoicedEvent =
  | Message<"subscriptions.renewed", InvoiceFacts>
  | Message<"subscriptions.payment_succeeded", InvoiceFacts>
  | Message<"subscriptions.payment_failed", InvoiceFacts>;

/** Told apart by `event`. Later servers may add events: let a `default` branch ignore those. */
export type WebhookEvent =
  | Message<"subscriptions.activated", SubscriptionFacts>
  | Message<"subscriptions.cancelled", SubscriptionFacts>
  | InvoicedEvent;

/** The words in which an endpoint is told of events: its `dialect`. */
export interface WebhookEventIn {
  readonly metered: WebhookEvent;
  readonly native: NativeEvent;
}

/** Told apart by `type`. Later servers may add events: let a `default` branch ignore those. */
export type NativeEvent = {
  readonly [Type in keyof NativeEventData]: {
    /** The same on every delivery of this event: keep it to handle each event once. */
    readonly id: string;
    readonly type: Type;
    /** ISO 8601, UTC. */
    readonly occurred_at: string;
    /** 1, 2, 3 … without a gap, within a side of a project. */
    readonly number: number;
    readonly data: NativeEventData[Type];
  };
}[keyof NativeEventData];
