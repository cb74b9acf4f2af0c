export { planCollection, strayPayment } from "./collection.ts";
export {
  afterRailDispute,
  type Dispute,
  type DisputeStatus,
  disputeDirection,
  isClosed,
  type RailDispute,
} from "./dispute.ts";
export {
  type ManualPayment,
  type ManualPaymentMethod,
  manualPaymentMethods,
} from "./manual-payment.ts";
export {
  type AttemptOutcome,
  AUTHENTICATION_REQUIRED,
  PAYMENT_CANCELED,
  type Payment,
  type PaymentAttempt,
  type PaymentStatus,
  type RailName,
  waitsForPayer,
} from "./payment.ts";
export type { PaymentMethod } from "./payment-method.ts";
export { failure, findAttempt, type RailPayment } from "./rail-payment.ts";
export { recollected } from "./recollection.ts";
export {
  afterRailRefund,
  pendingRefund,
  type RailRefund,
  type Refund,
  type RefundPart,
  type RefundStatus,
  refundDirection,
  refundParts,
} from "./refund.ts";
export { afterAttempt, retriedAtOnce } from "./retry-schedule.ts";
