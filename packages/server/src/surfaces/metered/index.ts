import type { Subscribing } from "#flows/create-subscription.ts";
import type { UsageRecorder } from "#modules/metering/index.ts";
import type { Surface } from "#platform/http/surface.ts";
import { meteredErrors } from "./errors.ts";
import { meteredPlanRoutes } from "./plans.ts";
import { meteredHistoryRoutes, meteredSubscriptionRoutes } from "./subscriptions.ts";
import { meteredUsageRoutes } from "./usage.ts";

/** The API of the metered document: `/api/v1/billing_…`. */
export function meteredSurface(subscribing: Subscribing, recorder: UsageRecorder): Surface {
  const { engine } = subscribing;
  return {
    name: "metered",
    owns: "/api/v1",
    errors: meteredErrors,
    apiVersions: ["1"],
    routes: [
      meteredPlanRoutes(engine),
      meteredSubscriptionRoutes(subscribing, recorder),
      meteredHistoryRoutes(engine),
      meteredUsageRoutes(recorder, engine.newId),
    ],
  };
}
