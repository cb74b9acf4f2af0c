import { isoInstant, isoInstantOrNull } from "#kernel/clock.ts";
import { formatId, formatOwnedId } from "#kernel/ids.ts";
import { formatMinor } from "#kernel/money.ts";
import type { Payment, PaymentMethod, PaymentStatus } from "#modules/payments/domain/index.ts";

/**
 * A payment as the operator API and the event log show it. The amount is a decimal in major units.
 */
export interface PaymentSnapshot {
  id: string;
  customer: string;
  invoice: string;
  subscription: string | null;
  status: PaymentStatus;
  amount: string;
  currency: string;
  attempt_count: number;
  next_attempt_at: string | null;
  failure_code: string | null;
  created_at: string;
  settled_at: string | null;
}

export interface PaymentMethodSnapshot {
  id: string;
  customer: string;
  brand: string;
  last4: string;
  exp_month: number;
  exp_year: number;
  is_default: boolean;
  created_at: string;
}

export function paymentSnapshot(payment: Payment): PaymentSnapshot {
  const { customerId, invoiceId, subscriptionId, currency } = payment;
  return {
    id: formatOwnedId("payment", payment),
    customer: formatId("customer", customerId),
    invoice: formatOwnedId("invoice", { customerId, id: invoiceId }),
    subscription:
      subscriptionId === null
        ? null
        : formatOwnedId("subscription", { customerId, id: subscriptionId }),
    status: payment.status,
    amount: formatMinor(payment.amountMinor, currency),
    currency,
    attempt_count: payment.attemptCount,
    next_attempt_at: isoInstantOrNull(payment.nextAttemptMs),
    failure_code: payment.lastFailureCode,
    created_at: isoInstant(payment.createdAtMs),
    settled_at: isoInstantOrNull(payment.settledAtMs),
  };
}

export function paymentMethodSnapshot(method: PaymentMethod): PaymentMethodSnapshot {
  return {
    id: formatOwnedId("paymentMethod", method),
    customer: formatId("customer", method.customerId),
    brand: method.brand,
    last4: method.last4,
    exp_month: method.expMonth,
    exp_year: method.expYear,
    is_default: method.isDefault,
    created_at: isoInstant(method.createdAtMs),
  };
}
