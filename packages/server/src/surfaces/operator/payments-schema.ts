import { Type } from "typebox";
import {
  Closed,
  DecimalString,
  IdString,
  Instant,
  Literals,
  Nullable,
} from "#platform/http/wire.ts";

export const paymentStatuses = ["pending", "succeeded", "failed", "canceled"] as const;

const FailureCode = Nullable(
  Type.String({
    description: "Why the newest attempt failed, in the words of the bank or the provider",
    examples: ["insufficient_funds"],
  }),
);

const payment = {
  id: IdString("payment"),
  customer: IdString("customer"),
  invoice: Nullable(
    IdString("invoice", { description: "Null for money that came for nothing and is given back" }),
  ),
  subscription: Nullable(IdString("subscription")),
  status: Literals(paymentStatuses, {
    description:
      "A `failed` one was given up after its last retry; money that comes still counts. A `canceled` one is not needed: its invoice is void, paid otherwise or collected by another payment",
  }),
  amount: DecimalString(),
  surplus: DecimalString({
    description: "What of it was not owed any more when it came: the customer's credit",
    examples: ["0.00"],
  }),
  currency: Type.String({ examples: ["JMD"] }),
  attempt_count: Type.Integer(),
  next_attempt_at: Nullable(Instant),
  failure_code: FailureCode,
  action_url: Nullable(
    Type.String({
      description: "Where the customer satisfies the bank; null while that is not asked for",
      examples: ["https://billing.example/pay/pay_…"],
    }),
  ),
  created_at: Instant,
  settled_at: Nullable(Instant),
};

const AttemptWire = Closed({
  attempt: Type.Integer({ minimum: 1 }),
  payment_method: Nullable(IdString("paymentMethod", { description: "Null without a card" })),
  started_at: Instant,
  settled_at: Nullable(Instant),
  outcome: Nullable(
    Literals(["succeeded", "declined", "needs_action"] as const, {
      description: "Null while it is not known: then the provider is asked, and nothing assumed",
    }),
  ),
  failure_code: FailureCode,
});

export const refundStatuses = ["pending", "succeeded", "failed"] as const;

export const RefundWire = Closed({
  id: IdString("refund"),
  payment: IdString("payment"),
  credit_note: Nullable(IdString("creditNote", { description: "The note that it pays out" })),
  status: Literals(refundStatuses, {
    description:
      "The provider is asked for a `pending` one. A `failed` one was declined, or the bank returned it: " +
      "its amount may be refunded again",
  }),
  amount: DecimalString(),
  currency: Type.String(),
  reason: Nullable(Type.String()),
  failure_code: Nullable(Type.String()),
  created_at: Instant,
  settled_at: Nullable(Instant),
});

const DisputeWire = Closed({
  id: IdString("dispute"),
  payment: IdString("payment"),
  status: Literals(["inquiry", "open", "won", "lost"] as const, {
    description: "The money of an open or a lost one is with the bank",
  }),
  amount: DecimalString(),
  currency: Type.String(),
  reason: Type.String({ examples: ["fraudulent"] }),
  opened_at: Instant,
  closed_at: Nullable(Instant),
});

export const PaymentWire = Closed(payment, { title: "Payment" });

export const PaymentDetailWire = Closed({
  ...payment,
  attempts: Type.Array(AttemptWire),
  refunds: Type.Array(RefundWire),
  disputes: Type.Array(DisputeWire),
});
