import type { Decline } from "../cards/declines.ts";
import { findCardByToken, getCard } from "../cards/test-cards.ts";
import {
  type BillingDetails,
  noBillingDetails,
  type PaymentMethodRecord,
} from "../objects/payment-method.ts";
import type { Transaction } from "../state/transaction.ts";
import { missingResource, notAllowed } from "../wire/refusal.ts";

type NewPaymentMethod = {
  readonly cardNumber: string;
  readonly expiryMonth?: number;
  readonly expiryYear?: number;
  readonly billingDetails?: BillingDetails;
};

/** A payment method that belongs to nobody yet. Without an expiry it gets one four years away. */
export function createPaymentMethod(tx: Transaction, card: NewPaymentMethod): PaymentMethodRecord {
  return tx.put("payment_method", {
    id: tx.mint("pm_"),
    createdMs: tx.nowMs,
    cardNumber: card.cardNumber,
    expiryMonth: card.expiryMonth ?? 12,
    expiryYear: card.expiryYear ?? new Date(tx.nowMs).getUTCFullYear() + 4,
    billingDetails: card.billingDetails ?? noBillingDetails,
    customer: null,
    isSpent: false,
    metadata: {},
  });
}

/** The payment method with this id, or a new one when a test payment method (`pm_card_…`) is named. */
export function resolvePaymentMethod(
  tx: Transaction,
  id: string,
  status: 400 | 404 = 400,
): PaymentMethodRecord {
  const card = id.startsWith("pm_card_") ? findCardByToken(id) : undefined;
  if (card !== undefined) return createPaymentMethod(tx, { cardNumber: card.number });
  const method = tx.find("payment_method", id);
  if (method === undefined) throw missingResource("PaymentMethod", id, "payment_method", status);
  return method;
}

/** What became of saving a card: attached, or declined by its issuer and left as it was. */
type Attachment =
  | { readonly method: PaymentMethodRecord; readonly decline: null }
  | { readonly method: PaymentMethodRecord; readonly decline: Decline };

export function attachPaymentMethod(
  tx: Transaction,
  method: PaymentMethodRecord,
  customer: string,
): Attachment {
  if (method.customer === customer) return { method, decline: null };
  if (method.customer !== null) {
    throw notAllowed("The payment method you provided has already been attached to a customer.", {
      code: "payment_method_unexpected_state",
    });
  }
  refuseSpent(method);
  const decline = getCard(method.cardNumber).onSave;
  if (decline !== null) return { method, decline };
  const attached = tx.put("payment_method", { ...method, customer });
  tx.emit("payment_method.attached", { kind: "payment_method", value: attached });
  return { method: attached, decline: null };
}

export function detachPaymentMethod(
  tx: Transaction,
  method: PaymentMethodRecord,
): PaymentMethodRecord {
  if (method.customer === null) {
    throw notAllowed("The payment method you provided is not attached to a customer.", {
      code: "payment_method_unexpected_state",
      param: "payment_method",
    });
  }
  const detached = tx.put("payment_method", { ...method, customer: null, isSpent: true });
  tx.emit("payment_method.detached", { kind: "payment_method", value: detached });
  forgetDefault(tx, method.customer, method.id);
  return detached;
}

/** A card that is gone is nobody's default. */
function forgetDefault(tx: Transaction, customerId: string, methodId: string): void {
  const customer = tx.get("customer", customerId);
  if (customer.defaultPaymentMethod !== methodId) return;
  const updated = tx.put("customer", { ...customer, defaultPaymentMethod: null });
  tx.emit("customer.updated", { kind: "customer", value: updated });
}

/** @throws Refusal unless this customer (or, with null, nobody) may pay with the card. */
export function checkUsable(method: PaymentMethodRecord, customer: string | null): void {
  if (method.customer !== null && customer === null) {
    throw notAllowed(
      `The PaymentMethod ${method.id} belongs to the Customer ${method.customer}. Please include the Customer in the 'customer' parameter.`,
      { param: "payment_method" },
    );
  }
  if (method.customer !== null && method.customer !== customer) {
    throw notAllowed(
      `The customer does not have a payment method with the ID ${method.id}. The payment method must be attached to the customer.`,
      { code: "resource_missing", param: "payment_method" },
    );
  }
  refuseSpent(method);
}

function refuseSpent(method: PaymentMethodRecord): void {
  if (!method.isSpent) return;
  throw notAllowed(
    "The provided PaymentMethod was previously used without being attached to a Customer or was detached from a Customer, and may not be used again.",
    { param: "payment_method" },
  );
}
