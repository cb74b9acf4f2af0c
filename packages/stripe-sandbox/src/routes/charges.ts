import { listRoute, matches } from "./list.ts";
import { retrieveRoute } from "./lookup.ts";
import type { Route } from "./route.ts";

export const chargeRoutes: readonly Route[] = [
  listRoute("/v1/charges", "charge", (params) => {
    const customer = params.filledText("customer");
    const intent = params.filledText("payment_intent");
    return (charge) => matches(customer, charge.customer) && matches(intent, charge.paymentIntent);
  }),
  retrieveRoute("/v1/charges/:id", "charge"),
];
