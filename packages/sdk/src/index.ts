export type { BillingPlan, Interval, NewBillingPlan, UsageMetric } from "./billing-plans.ts";
export { Farthing, Farthing as default, type RequestOptions } from "./client.ts";
export type { FarthingOptions, Fetch, Mode } from "./config.ts";
export {
  FarthingConnectionError,
  FarthingError,
  FarthingWebhookError,
  type WebhookFailure,
} from "./errors.ts";
export type { CallOptions, Method, Query, WriteOptions } from "./http.ts";
export type { Listing, ListQuery, Page } from "./listing.ts";
export { type NativeEventData, nativeEventTypes } from "./native-events.ts";
export type { RetryOptions } from "./retry.ts";
export type {
  CurrentUsage,
  Customer,
  MetaData,
  NewSubscriptionLink,
  Subscription,
  SubscriptionLink,
  SubscriptionPeriod,
  SubscriptionStatus,
  UsageCharge,
  UsageEvent,
  UsageReceipt,
  UsageRecord,
  UsageResult,
} from "./subscriptions.ts";
export type { FailedTry } from "./usage-delivery.ts";
export type { UsageQueue, UsageQueueOptions } from "./usage-queue.ts";
export {
  memoryStore,
  type QueuedUsage,
  type RefusedUsage,
  type StoredUsage,
  type UsageStore,
} from "./usage-store.ts";
export type {
  InvoicedEvent,
  NativeEvent,
  WebhookEvent,
  WebhookEventIn,
  WebhookInvoice,
  WebhookSubscription,
} from "./webhook-events.ts";
export type { VerifyOptions, WebhookHeaders } from "./webhooks.ts";
