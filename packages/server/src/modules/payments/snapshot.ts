import { isoInstant, isoInstantOrNull } from "#kernel/clock.ts";
import { formatId, formatOwnedId, type OwnedId } from "#kernel/ids.ts";
import { formatMinor } from "#kernel/money.ts";
import {
  type AttemptOutcome,
  type Dispute,
  type DisputeStatus,
  type ManualPayment,
  type Payment,
  type PaymentAttempt,
  type PaymentMethod,
  type PaymentStatus,
  type Refund,
  type RefundStatus,
  waitsForPayer,
} from "#modules/payments/domain/index.ts";

/**
 * A payment as the operator API and the event log show it. The amount is a decimal in major units.
 */
export interface PaymentSnapshot {
  id: string;
  customer: string;
  invoice: string | null;
  subscription: string | null;
  status: PaymentStatus;
  amount: string;
  /** What of it was not owed any more when it came: the customer's credit. */
  surplus: string;
  currency: string;
  attempt_count: number;
  next_attempt_at: string | null;
  failure_code: string | null;
  /** Where the customer satisfies the bank; null while that is not asked for. */
  action_url: string | null;
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

export function paymentSnapshot(payment: Payment, publicUrl: string): PaymentSnapshot {
  const { customerId, invoiceId, subscriptionId, currency } = payment;
  return {
    id: formatOwnedId("payment", payment),
    customer: formatId("customer", customerId),
    invoice: invoiceId === null ? null : formatOwnedId("invoice", { customerId, id: invoiceId }),
    subscription:
      subscriptionId === null
        ? null
        : formatOwnedId("subscription", { customerId, id: subscriptionId }),
    status: payment.status,
    amount: formatMinor(payment.amountMinor, currency),
    surplus: formatMinor(payment.surplusMinor, currency),
    currency,
    attempt_count: payment.attemptCount,
    next_attempt_at: isoInstantOrNull(payment.nextAttemptMs),
    failure_code: payment.lastFailureCode,
    action_url: waitsForPayer(payment) ? actionLink(publicUrl, payment) : null,
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

/** The page on which a payment that waits for its payer is finished. */
export function actionLink(publicUrl: string, key: OwnedId): string {
  return `${publicUrl}/pay/${formatOwnedId("payment", key)}`;
}

/** One try at a payment, as `GET /v1/payments/:id` shows it. */
export interface AttemptSnapshot {
  attempt: number;
  payment_method: string | null;
  started_at: string;
  settled_at: string | null;
  outcome: AttemptOutcome["type"] | null;
  failure_code: string | null;
}

export function attemptSnapshot(customerId: bigint, attempt: PaymentAttempt): AttemptSnapshot {
  const { attemptNumber, paymentMethodId } = attempt;
  return {
    attempt: attemptNumber,
    payment_method:
      paymentMethodId === null
        ? null
        : formatOwnedId("paymentMethod", { customerId, id: paymentMethodId }),
    started_at: isoInstant(attempt.startedAtMs),
    settled_at: isoInstantOrNull(attempt.settledAtMs),
    outcome: attempt.outcome,
    failure_code: attempt.failureCode,
  };
}

/** Money that came outside of any provider, as the operator API and the event log show it. */
export interface ManualPaymentSnapshot {
  id: string;
  invoice: string;
  customer: string;
  reference: string;
  method: ManualPayment["method"];
  amount: string;
  /** What of it was more than due: the customer's credit. */
  surplus: string;
  currency: string;
  paid_at: string;
  created_at: string;
}

export function manualPaymentSnapshot(payment: ManualPayment): ManualPaymentSnapshot {
  const { customerId, invoiceId, currency } = payment;
  return {
    id: formatOwnedId("manualPayment", payment),
    invoice: formatOwnedId("invoice", { customerId, id: invoiceId }),
    customer: formatId("customer", customerId),
    reference: payment.reference,
    method: payment.method,
    amount: formatMinor(payment.amountMinor, currency),
    surplus: formatMinor(payment.surplusMinor, currency),
    currency,
    paid_at: isoInstant(payment.paidAtMs),
    created_at: isoInstant(payment.createdAtMs),
  };
}

/** Money given back, as the operator API and the event log show it. */
export interface RefundSnapshot {
  id: string;
  payment: string;
  /** The credit note that it pays out; null for any other. */
  credit_note: string | null;
  status: RefundStatus;
  amount: string;
  currency: string;
  reason: string | null;
  failure_code: string | null;
  created_at: string;
  settled_at: string | null;
}

export function refundSnapshot(refund: Refund): RefundSnapshot {
  const { customerId, paymentId, creditNoteId, currency } = refund;
  return {
    id: formatOwnedId("refund", refund),
    payment: formatOwnedId("payment", { customerId, id: paymentId }),
    credit_note:
      creditNoteId === null ? null : formatOwnedId("creditNote", { customerId, id: creditNoteId }),
    status: refund.status,
    amount: formatMinor(refund.amountMinor, currency),
    currency,
    reason: refund.reason,
    failure_code: refund.failureCode,
    created_at: isoInstant(refund.createdAtMs),
    settled_at: isoInstantOrNull(refund.settledAtMs),
  };
}

export interface DisputeSnapshot {
  id: string;
  payment: string;
  status: DisputeStatus;
  amount: string;
  currency: string;
  reason: string;
  opened_at: string;
  closed_at: string | null;
}

export function disputeSnapshot(dispute: Dispute): DisputeSnapshot {
  const { customerId, paymentId, currency } = dispute;
  return {
    id: formatOwnedId("dispute", dispute),
    payment: formatOwnedId("payment", { customerId, id: paymentId }),
    status: dispute.status,
    amount: formatMinor(dispute.amountMinor, currency),
    currency,
    reason: dispute.reason,
    opened_at: isoInstant(dispute.openedAtMs),
    closed_at: isoInstantOrNull(dispute.closedAtMs),
  };
}
