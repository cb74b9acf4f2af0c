export { type CollectableInvoice, type CollectionTerms, planCollection } from "./collection.ts";
export type {
  AttemptOutcome,
  Payment,
  PaymentAttempt,
  PaymentStatus,
  RailName,
} from "./payment.ts";
export type { PaymentMethod } from "./payment-method.ts";
export { type Finding, failure, findAttempt, type RailPayment } from "./rail-payment.ts";
export { afterAttempt } from "./retry-schedule.ts";
