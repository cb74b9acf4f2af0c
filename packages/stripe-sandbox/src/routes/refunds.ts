import { refundReasons } from "../objects/refund.ts";
import { refundCharge } from "../payments/refund-charge.ts";
import { readMetadata } from "../wire/metadata.ts";
import { chargeableAmount } from "../wire/money.ts";
import { invalidParameter, notAllowed } from "../wire/refusal.ts";
import { listRoute, matches } from "./list.ts";
import { fromParam, fromPath, retrieveRoute } from "./lookup.ts";
import { type Call, ok, type Reply, type Route } from "./route.ts";

function create(call: Call): Reply {
  const { tx, params, render } = call;
  const amount = params.integer("amount");
  const reason = params.choice("reason", refundReasons) ?? null;
  const refund = refundCharge(tx, readCharge(call), {
    amount: amount === undefined ? null : chargeableAmount(amount, "amount"),
    reason,
    metadata: readMetadata(params),
  });
  return ok(render("refund", refund));
}

/** The charge that is named, or the one by which the named payment intent was paid. */
function readCharge({ tx, params }: Call) {
  const charge = params.filledText("charge");
  const intentId = params.filledText("payment_intent");
  if (charge !== undefined && intentId === undefined) {
    return fromParam(tx, "charge", charge, "charge");
  }
  if (intentId === undefined || charge !== undefined) {
    throw invalidParameter(
      "charge",
      "One of the following params should be provided for this request: payment_intent or charge.",
      charge === undefined ? "parameter_missing" : "parameters_exclusive",
    );
  }
  const intent = fromParam(tx, "payment_intent", intentId, "payment_intent");
  if (intent.status === "succeeded" && intent.latestCharge !== null) {
    return tx.get("charge", intent.latestCharge);
  }
  throw notAllowed(
    `This PaymentIntent (${intent.id}) does not have a successful charge to refund.`,
    {
      param: "payment_intent",
    },
  );
}

function update(call: Call): Reply {
  const { tx, params, render } = call;
  const refund = fromPath(call, "refund");
  const metadata = readMetadata(params, refund.metadata);
  const updated = tx.put("refund", { ...refund, metadata });
  tx.emit("refund.updated", { kind: "refund", value: updated });
  return ok(render("refund", updated));
}

function cancel(call: Call): Reply {
  const { id, status } = fromPath(call, "refund");
  throw notAllowed(
    `Refund ${id} has a status of ${status}; only a refund that requires action can be canceled.`,
  );
}

export const refundRoutes: readonly Route[] = [
  { method: "POST", path: "/v1/refunds", handle: create },
  listRoute("/v1/refunds", "refund", (params) => {
    const charge = params.filledText("charge");
    const intent = params.filledText("payment_intent");
    return (refund) => matches(charge, refund.charge) && matches(intent, refund.paymentIntent);
  }),
  retrieveRoute("/v1/refunds/:id", "refund"),
  { method: "POST", path: "/v1/refunds/:id", handle: update },
  { method: "POST", path: "/v1/refunds/:id/cancel", handle: cancel },
];
