import { type SetupIntentRecord, setupCancellationReasons } from "../objects/setup-intent.ts";
import { confirmSetup } from "../payments/confirm-setup.ts";
import { cancelSetupIntent, createSetupIntent, isUnfinished } from "../payments/intents.ts";
import { checkUsable, resolvePaymentMethod } from "../payments/payment-methods.ts";
import type { Transaction } from "../state/transaction.ts";
import { readMetadata } from "../wire/metadata.ts";
import type { Params } from "../wire/params.ts";
import { invalidParameter, notAllowed } from "../wire/refusal.ts";
import { setupReply } from "./decline-replies.ts";
import { listRoute, matches } from "./list.ts";
import { fromPath, retrieveRoute } from "./lookup.ts";
import {
  futureUsages,
  readConfirmationHints,
  readCustomerId,
  readMethodChoice,
} from "./read-intent-parts.ts";
import { type Call, ok, type Reply, type Route } from "./route.ts";

function create(call: Call): Reply {
  const { tx, params } = call;
  const customer = readCustomerId(tx, params) ?? null;
  const isConfirmed = params.boolean("confirm") ?? false;
  const method = readMethod(tx, params, customer);
  if (isConfirmed && method === undefined) {
    throw invalidParameter(
      "payment_method",
      "You cannot confirm this SetupIntent because it's missing a payment method.",
      "parameter_missing",
    );
  }
  const intent = createSetupIntent(tx, {
    customer,
    description: params.text("description") ?? null,
    metadata: readMetadata(params),
    paymentMethod: method?.id ?? null,
    usage: params.choice("usage", futureUsages) ?? "off_session",
    ...readMethodChoice(params),
  });
  const { returnUrl } = readConfirmationHints(params);
  if (!isConfirmed || method === undefined) return ok(call.render("setup_intent", intent));
  return setupReply(call, confirmSetup(tx, intent, method, returnUrl));
}

function confirm(call: Call): Reply {
  const { tx, params, render } = call;
  const intent = fromPath(call, "setup_intent");
  readMethodChoice(params);
  const { returnUrl } = readConfirmationHints(params);
  refuseUnless(isUnfinished(intent), "confirm", intent, call);
  const id = intent.paymentMethod;
  const method = readMethod(tx, params, intent.customer) ?? (id && tx.get("payment_method", id));
  if (!method) {
    throw notAllowed(
      "You cannot confirm this SetupIntent because it's missing a payment method. Update it with one or confirm it with one.",
      { code: "setup_intent_unexpected_state", setup_intent: render("setup_intent", intent) },
    );
  }
  return setupReply(call, confirmSetup(tx, intent, method, returnUrl));
}

function cancel(call: Call): Reply {
  const intent = fromPath(call, "setup_intent");
  const reason = call.params.choice("cancellation_reason", setupCancellationReasons) ?? null;
  refuseUnless(isUnfinished(intent), "cancel", intent, call);
  return ok(call.render("setup_intent", cancelSetupIntent(call.tx, intent, reason)));
}

function readMethod(tx: Transaction, params: Params, customer: string | null) {
  const id = params.filledText("payment_method");
  if (id === undefined) return undefined;
  const method = resolvePaymentMethod(tx, id);
  checkUsable(method, customer);
  return method;
}

function refuseUnless(
  isAllowed: boolean,
  verb: "cancel" | "confirm",
  intent: SetupIntentRecord,
  { render }: Call,
): void {
  if (isAllowed) return;
  throw notAllowed(
    `You cannot ${verb} this SetupIntent because it has a status of ${intent.status}.`,
    { code: "setup_intent_unexpected_state", setup_intent: render("setup_intent", intent) },
  );
}

export const setupIntentRoutes: readonly Route[] = [
  { method: "POST", path: "/v1/setup_intents", handle: create },
  listRoute("/v1/setup_intents", "setup_intent", (params) => {
    const customer = params.filledText("customer");
    const method = params.filledText("payment_method");
    return (intent) => matches(customer, intent.customer) && matches(method, intent.paymentMethod);
  }),
  retrieveRoute("/v1/setup_intents/:id", "setup_intent"),
  { method: "POST", path: "/v1/setup_intents/:id/confirm", handle: confirm },
  { method: "POST", path: "/v1/setup_intents/:id/cancel", handle: cancel },
];
