import { chargeRoutes } from "./charges.ts";
import { checkoutSessionRoutes } from "./checkout-sessions.ts";
import { customerRoutes } from "./customers.ts";
import { disputeRoutes } from "./disputes.ts";
import { eventRoutes } from "./events.ts";
import { paymentIntentRoutes } from "./payment-intents.ts";
import { paymentMethodRoutes } from "./payment-methods.ts";
import { refundRoutes } from "./refunds.ts";
import type { Route } from "./route.ts";
import { setupIntentRoutes } from "./setup-intents.ts";
import { webhookEndpointRoutes } from "./webhook-endpoints.ts";

const routes: readonly Route[] = [
  ...chargeRoutes,
  ...checkoutSessionRoutes,
  ...customerRoutes,
  ...disputeRoutes,
  ...eventRoutes,
  ...paymentIntentRoutes,
  ...paymentMethodRoutes,
  ...refundRoutes,
  ...setupIntentRoutes,
  ...webhookEndpointRoutes,
];

/** The route for a path below `/v1`, with what stands in the place of `:id`. */
export function findRoute(method: string, path: string): { route: Route; id: string } | undefined {
  const segments = path.split("/");
  for (const route of routes) {
    if (route.method !== method) continue;
    const wanted = route.path.split("/");
    const isMatch =
      wanted.length === segments.length &&
      wanted.every((segment, index) =>
        segment === ":id" ? segments[index] !== "" : segment === segments[index],
      );
    if (isMatch) return { route, id: segments[wanted.indexOf(":id")] ?? "" };
  }
  return undefined;
}
