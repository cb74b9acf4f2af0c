import { problemErrors } from "#platform/http/problem.ts";
import type { Surface } from "#platform/http/surface.ts";
import { type RailNoticeDeps, stripeWebhookRoutes } from "./stripe-webhook.ts";

/** Where payment providers tell what happened. */
export function railsSurface(deps: RailNoticeDeps): Surface {
  return {
    name: "rails",
    owns: "/rails",
    errors: problemErrors,
    routes: [stripeWebhookRoutes(deps)],
  };
}
