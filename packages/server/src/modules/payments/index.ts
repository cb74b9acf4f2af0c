import type { EpochMs } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import { formatOwnedId, type OwnedId } from "#kernel/ids.ts";
import type { PaymentMethod, RailName } from "#modules/payments/domain/index.ts";
import type { RailPaymentMethod } from "#modules/payments/rails/rail.ts";
import type { Tx } from "#platform/db/database.ts";
import { findPaymentMethod, insertDefaultPaymentMethod } from "./card-store.ts";
import { hastenPayments } from "./store.ts";

export type {
  Confirmation,
  Rail,
  RailAnswer,
  RailCheckout,
  RailNotice,
  RailPaymentMethod,
} from "#modules/payments/rails/rail.ts";
export {
  detachPaymentMethod,
  findDefaultPaymentMethod,
  findMethodRef,
  findRailCustomer,
  keepRailCustomer,
  listPaymentMethods,
} from "./card-store.ts";
export {
  claimRailEvent,
  type DueRailEvent,
  findDueRailEvents,
  insertRailEvent,
  updateRailEventHandled,
} from "./rail-event-store.ts";
export { type PaymentSnapshot, paymentMethodSnapshot, paymentSnapshot } from "./snapshot.ts";
export {
  abandonPayments,
  countFailingPayments,
  type DuePayment,
  findDuePayments,
  findDuePaymentsOf,
  findPaymentOfInvoice,
  findUntriedPayment,
  insertPayments,
  keepRailRef,
  leasePayment,
  listAttempts,
  lockPayment,
  nextAttemptOf,
  settleAttempt,
  startAttempt,
  updatePayment,
} from "./store.ts";

/** A card that the rail has saved for a customer. */
export interface SavedCard extends OwnedId {
  readonly rail: RailName;
  readonly card: RailPaymentMethod;
  /** The customer's present. */
  readonly nowMs: EpochMs;
}

/**
 * Keeps a card as the one that is charged from now on, and makes what waits to be charged again due
 * at once. Saved twice it is one card.
 */
export async function savePaymentMethod(tx: Tx, saved: SavedCard): Promise<PaymentMethod> {
  const { customerId, id, rail, card, nowMs } = saved;
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
  await hastenPayments(tx, customerId, nowMs);
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
