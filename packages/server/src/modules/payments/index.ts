import type { EpochMs } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import { formatOwnedId, type OwnedId } from "#kernel/ids.ts";
import type { Payment, PaymentMethod, RailName, Refund } from "#modules/payments/domain/index.ts";
import type { RailPaymentMethod } from "#modules/payments/rails/rail.ts";
import type { Tx } from "#platform/db/database.ts";
import { findPaymentMethod, insertDefaultPaymentMethod } from "./card-store.ts";
import { findRefund } from "./refund-store.ts";
import { findPayment, hastenPayments } from "./store.ts";

export type {
  Confirmation,
  JournalPage,
  JournalRange,
  Rail,
  RailAnswer,
  RailCharge,
  RailCheckout,
  RailNotice,
  RailPaymentMethod,
} from "#modules/payments/rails/rail.ts";
export { willingRail } from "#modules/payments/rails/willing-rail.ts";
export { listAttempts, settleAttempt, startAttempt } from "./attempt-store.ts";
export {
  detachPaymentMethod,
  findDefaultPaymentMethod,
  findMethodRef,
  findRailCustomer,
  keepRailCustomer,
  listOwing,
  listPayers,
  listPaymentMethods,
  updatePaymentMethod,
} from "./card-store.ts";
export {
  findNewestPaymentFor,
  isUnderWay,
  listCollectedFor,
  listReturned,
  lockCollectingPayment,
  type Returned,
} from "./collecting-store.ts";
export {
  findDisputeByRailRef,
  insertDispute,
  listDisputesOf,
  updateDispute,
} from "./dispute-store.ts";
export {
  findProjectsOfCustomers,
  type JournaledMoney,
  listCollected,
  listPaymentsByRailRef,
  listRefunded,
  listRefundsByRailRef,
  type SettledPage,
} from "./journal-store.ts";
export { extendLease, leasePayment } from "./lease-store.ts";
export {
  findManualPayment,
  insertManualPayment,
  listManualPayments,
} from "./manual-payment-store.ts";
export {
  claimRailEvent,
  type DueRailEvent,
  findDueRailEvents,
  insertRailEvent,
  updateRailEventHandled,
} from "./rail-event-store.ts";
export {
  claimRefund,
  type DueRefund,
  findDueRefunds,
  findRefund,
  findRefundByRailRef,
  insertRefund,
  listRefunds,
  listRefundsOf,
  updateRefund,
} from "./refund-store.ts";
export {
  actionLink,
  attemptSnapshot,
  type DisputeSnapshot,
  disputeSnapshot,
  type ManualPaymentSnapshot,
  manualPaymentSnapshot,
  type PaymentSnapshot,
  paymentMethodSnapshot,
  paymentSnapshot,
  type RefundSnapshot,
  refundSnapshot,
} from "./snapshot.ts";
export {
  countFailingPayments,
  type DuePayment,
  findDuePayments,
  findDuePaymentsOf,
  findPaymentByRailRef,
  findProjectOfPayment,
  findUntriedPayment,
  hastenPayments,
  insertPayments,
  insertStrayPayment,
  keepRailRef,
  listPayments,
  listPaymentsWrittenHere,
  lockPayment,
  nextAttemptOf,
  updatePayment,
} from "./store.ts";

/** A card that the rail has saved for a customer. */
export interface SavedCard extends OwnedId {
  readonly rail: RailName;
  readonly card: RailPaymentMethod;
  /** The customer's subscriptions that stay past due: what was given up for them is tried again. */
  readonly pastDueIds: readonly bigint[];
  /** The customer's present. */
  readonly nowMs: EpochMs;
}

/**
 * Keeps a card as the one that is charged from now on, and makes what waits to be charged again due
 * at once. Saved twice it is one card.
 */
export async function savePaymentMethod(tx: Tx, saved: SavedCard): Promise<PaymentMethod> {
  const { customerId, id, rail, card, pastDueIds, nowMs } = saved;
  const method = await insertDefaultPaymentMethod(tx, {
    customerId,
    id,
    rail,
    railRef: card.ref,
    brand: card.brand,
    last4: card.last4,
    expMonth: card.expMonth,
    expYear: card.expYear,
    isDefault: true,
    createdAtMs: nowMs,
  });
  await hastenPayments(tx, customerId, pastDueIds, nowMs);
  return method;
}

/** The saved card, or the refusal that there is none. */
export async function getPaymentMethod(tx: Tx, key: OwnedId): Promise<PaymentMethod> {
  const method = await findPaymentMethod(tx, key);
  if (method !== null) return method;
  throw new BillingError("payment_method_not_found", {
    payment_method: formatOwnedId("paymentMethod", key),
  });
}

/** The refund, or the refusal that there is none. */
export async function getRefund(tx: Tx, key: OwnedId): Promise<Refund> {
  const refund = await findRefund(tx, key);
  if (refund !== null) return refund;
  throw new BillingError("refund_not_found", { refund: formatOwnedId("refund", key) });
}

/** The payment, or the refusal that there is none. */
export async function getPayment(tx: Tx, key: OwnedId): Promise<Payment> {
  const payment = await findPayment(tx, key);
  if (payment !== null) return payment;
  throw new BillingError("payment_not_found", { payment: formatOwnedId("payment", key) });
}
