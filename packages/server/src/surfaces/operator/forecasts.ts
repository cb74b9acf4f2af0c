import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { Collector } from "#flows/collect-due-payments.ts";
import { forecast } from "#flows/forecast/forecast.ts";
import { isoInstant } from "#kernel/clock.ts";
import { subscriptionSnapshot } from "#modules/subscriptions/index.ts";
import { Closed, IdString, Instant, ownedIdFrom, parseInstant } from "#platform/http/wire.ts";
import { writtenFields, writtenToWire } from "./preview.ts";
import { SubscriptionWire } from "./subscriptions-schema.ts";

const forecastSubscription = {
  config: {
    scope: "billing:read",
    refuses: ["subscription_not_found", "time_invalid"],
  },
  schema: {
    operationId: "forecastSubscription",
    summary: "Show what a subscription will come to by an instant",
    description:
      "Periods close and invoices are made as they will be if nothing else is done: with the usage so far, and with cards that can be charged. It is the production code that runs, on either side, and nothing of it is kept. What else its customer holds is played too, for it shares the customer's credit. It ends after sixty instants at which something happens: `until` says how far it went.",
    tags: ["subscriptions"],
    params: Closed({ id: IdString("subscription") }),
    querystring: Closed({ until: Instant }),
    response: {
      200: Closed({
        until: {
          ...Instant,
          description:
            "How far it goes: a forecast ends after sixty instants at which something happens",
        },
        subscription: SubscriptionWire,
        ...writtenFields,
      }),
    },
  },
} as const;

/** The future, played and undone. */
export const forecastRoutes =
  (collector: Collector): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      "/v1/subscriptions/:id/forecast",
      forecastSubscription,
      async ({ caller, params, query }) => {
        const key = ownedIdFrom("subscription", params.id, "subscription_not_found");
        const toMs = parseInstant(query.until);
        const played = await forecast(collector, caller.projectId, key, toMs);
        return {
          until: isoInstant(played.untilMs),
          subscription: subscriptionSnapshot(played.subscription),
          ...writtenToWire(played, collector.engine),
        };
      },
    );
  };
