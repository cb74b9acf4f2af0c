export { planCollection } from "./collection.ts";
export type {
  AttemptOutcome,
  Payment,
  PaymentAttempt,
  PaymentStatus,
  RailName,
} from "./payment.ts";
export type { PaymentMethod } from "./payment-method.ts";
export { failure, findAttempt, type RailPayment } from "./rail-payment.ts";
export { afterAttempt } from "./retry-schedule.ts";
