import { type PaymentIntentRecord, paymentCancellationReasons } from "../objects/payment-intent.ts";
import type { PaymentMethodRecord } from "../objects/payment-method.ts";
import { type Confirmation, confirmPayment } from "../payments/confirm-payment.ts";
import { cancelPaymentIntent, createPaymentIntent, isUnfinished } from "../payments/intents.ts";
import { checkUsable, resolvePaymentMethod } from "../payments/payment-methods.ts";
import type { Transaction } from "../state/transaction.ts";
import { readMetadata } from "../wire/metadata.ts";
import { chargeableAmount, readCurrency } from "../wire/money.ts";
import type { Params } from "../wire/params.ts";
import { invalidParameter, notAllowed } from "../wire/refusal.ts";
import { paymentReply } from "./decline-replies.ts";
import { listRoute, matches } from "./list.ts";
import { fromPath, retrieveRoute } from "./lookup.ts";
import { readShipping } from "./read-customer-parts.ts";
import {
  futureUsages,
  readConfirmationHints,
  readCustomerId,
  readMethodChoice,
} from "./read-intent-parts.ts";
import { type Call, ok, type Reply, type Route } from "./route.ts";

function create(call: Call): Reply {
  const { tx, params } = call;
  const amount = chargeableAmount(params.requiredInteger("amount"), "amount");
  const currency = readCurrency(params) ?? params.requiredText("currency");
  const isConfirmed = params.boolean("confirm") ?? false;
  const customer = readCustomerId(tx, params) ?? null;
  const method = readMethod(tx, params, customer);
  if (isConfirmed && method === undefined) throw missingMethod();
  const confirmation = readConfirmation(params, isConfirmed);
  params.choice("capture_method", ["automatic", "automatic_async"]);
  params.choice("confirmation_method", ["automatic"]);
  const intent = createPaymentIntent(tx, {
    amount,
    currency,
    customer,
    paymentMethod: method?.id ?? null,
    description: params.text("description") ?? null,
    receiptEmail: params.text("receipt_email") ?? null,
    statementDescriptor: params.text("statement_descriptor") ?? null,
    statementDescriptorSuffix: params.text("statement_descriptor_suffix") ?? null,
    setupFutureUsage: params.choice("setup_future_usage", futureUsages) ?? null,
    metadata: readMetadata(params),
    ...readShipping(params),
    ...readMethodChoice(params),
  });
  if (!isConfirmed || method === undefined) return ok(call.render("payment_intent", intent));
  return paymentReply(call, confirmPayment(tx, intent, method, confirmation));
}

function confirm(call: Call): Reply {
  const { tx, params } = call;
  const intent = fromPath(call, "payment_intent");
  readMethodChoice(params);
  const confirmation = readConfirmation(params, true);
  refuseUnlessOpen("confirm", intent, call);
  const method = readMethod(tx, params, intent.customer) ?? currentMethod(tx, intent);
  if (method === null) throw missingMethod(call, intent);
  const wanted: PaymentIntentRecord = {
    ...intent,
    setupFutureUsage: params.choice("setup_future_usage", futureUsages) ?? intent.setupFutureUsage,
    receiptEmail: params.text("receipt_email") ?? intent.receiptEmail,
  };
  return paymentReply(call, confirmPayment(tx, wanted, method, confirmation));
}

function update(call: Call): Reply {
  const { tx, params, render } = call;
  const intent = fromPath(call, "payment_intent");
  if (!isUnfinished(intent)) refuseFrozen(intent, call);
  const wanted = isUnfinished(intent) ? readOpenIntent(tx, params, intent) : intent;
  const updated = tx.put("payment_intent", {
    ...wanted,
    ...readShipping(params),
    description: orKept(params.text("description"), intent.description),
    metadata: readMetadata(params, intent.metadata),
  });
  return ok(render("payment_intent", updated));
}

/** Refuses to change what the money has moved by, or would have. */
function refuseFrozen(intent: PaymentIntentRecord, { params, render }: Call): void {
  const frozen = ["amount", "currency", "customer", "payment_method", "setup_future_usage"];
  const name = frozen.find((param) => params.has(param));
  if (name === undefined) return;
  throw notAllowed(
    `This PaymentIntent's ${name} could not be updated because it has a status of ${intent.status}.`,
    {
      code: "payment_intent_unexpected_state",
      param: name,
      payment_intent: render("payment_intent", intent),
    },
  );
}

/** What may change only while no money has moved. */
function readOpenIntent(
  tx: Transaction,
  params: Params,
  { action, ...intent }: PaymentIntentRecord,
): PaymentIntentRecord {
  const customer = readCustomerId(tx, params) ?? intent.customer;
  const method = readMethod(tx, params, customer);
  return {
    ...intent,
    ...(method === undefined && action !== undefined ? { action } : {}),
    amount: chargeableAmount(params.integer("amount") ?? intent.amount, "amount"),
    currency: readCurrency(params) ?? intent.currency,
    customer,
    paymentMethod: method?.id ?? intent.paymentMethod,
    status: method === undefined ? intent.status : "requires_confirmation",
    receiptEmail: orKept(params.text("receipt_email"), intent.receiptEmail),
    statementDescriptor: orKept(params.text("statement_descriptor"), intent.statementDescriptor),
    statementDescriptorSuffix: orKept(
      params.text("statement_descriptor_suffix"),
      intent.statementDescriptorSuffix,
    ),
    setupFutureUsage: params.choice("setup_future_usage", futureUsages) ?? intent.setupFutureUsage,
  };
}

function cancel(call: Call): Reply {
  const intent = fromPath(call, "payment_intent");
  const reason = call.params.choice("cancellation_reason", paymentCancellationReasons) ?? null;
  refuseUnlessOpen("cancel", intent, call);
  return ok(call.render("payment_intent", cancelPaymentIntent(call.tx, intent, reason)));
}

function orKept<T>(sent: T | undefined, before: T): T {
  return sent === undefined ? before : sent;
}

function readConfirmation(params: Params, isConfirmed: boolean): Confirmation {
  const { returnUrl, refusesAction } = readConfirmationHints(params);
  const isOffSession = params.boolean("off_session") ?? false;
  if (!isOffSession || isConfirmed) {
    return { isOffSession: isOffSession || refusesAction, returnUrl };
  }
  throw invalidParameter("off_session", "You can only set `off_session` when `confirm` is true.");
}

function readMethod(
  tx: Transaction,
  params: Params,
  customer: string | null,
): PaymentMethodRecord | undefined {
  const id = params.filledText("payment_method");
  if (id === undefined) return undefined;
  const method = resolvePaymentMethod(tx, id);
  checkUsable(method, customer);
  return method;
}

function currentMethod(tx: Transaction, { paymentMethod }: PaymentIntentRecord) {
  return paymentMethod === null ? null : tx.get("payment_method", paymentMethod);
}

function refuseUnlessOpen(
  verb: "cancel" | "confirm",
  intent: PaymentIntentRecord,
  { render }: Call,
): void {
  if (isUnfinished(intent)) return;
  const why =
    verb === "confirm" && intent.status === "succeeded"
      ? "it has already succeeded after being previously confirmed"
      : `it has a status of ${intent.status}`;
  throw notAllowed(`You cannot ${verb} this PaymentIntent because ${why}.`, {
    code: "payment_intent_unexpected_state",
    payment_intent: render("payment_intent", intent),
  });
}

function missingMethod(call?: Call, intent?: PaymentIntentRecord) {
  const shown = call && intent && { payment_intent: call.render("payment_intent", intent) };
  return notAllowed(
    "You cannot confirm this PaymentIntent because it's missing a payment method. Update it with one or confirm it with one.",
    { code: "payment_intent_unexpected_state", ...shown },
  );
}

export const paymentIntentRoutes: readonly Route[] = [
  { method: "POST", path: "/v1/payment_intents", handle: create },
  listRoute("/v1/payment_intents", "payment_intent", (params) => {
    const customer = params.filledText("customer");
    return (intent) => matches(customer, intent.customer);
  }),
  retrieveRoute("/v1/payment_intents/:id", "payment_intent"),
  { method: "POST", path: "/v1/payment_intents/:id", handle: update },
  { method: "POST", path: "/v1/payment_intents/:id/confirm", handle: confirm },
  { method: "POST", path: "/v1/payment_intents/:id/cancel", handle: cancel },
];
