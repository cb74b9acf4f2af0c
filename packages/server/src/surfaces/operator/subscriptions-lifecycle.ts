import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { buyTerm } from "#flows/buy-term.ts";
import { undoCancellation } from "#flows/cancel-subscription.ts";
import type { Subscribing } from "#flows/create-subscription.ts";
import { endTrial } from "#flows/end-trial.ts";
import { pauseSubscription, resumeSubscription } from "#flows/pause-subscription.ts";
import { formatOwnedId } from "#kernel/ids.ts";
import type { UsageRecorder } from "#modules/metering/index.ts";
import { subscriptionSnapshot } from "#modules/subscriptions/index.ts";
import { ownedIdFrom } from "#platform/http/wire.ts";
import * as operations from "./subscriptions-operations.ts";
import { pauseFromWire } from "./subscriptions-wire.ts";

/** What a subscription goes through between its beginning and its end. */
export const lifecycleRoutes =
  ({ engine }: Subscribing, recorder: Pick<UsageRecorder, "forget">): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post("/v1/subscriptions/:id/uncancel", operations.undoCancellation, ({ params }, reply) =>
      reply.answer(async (tx) =>
        subscriptionSnapshot(await undoCancellation(engine, tx, keyOf(params))),
      ),
    );

    app.post(
      "/v1/subscriptions/:id/end_trial",
      operations.endTrial,
      async ({ caller, params }, reply) => {
        const key = keyOf(params);
        const ended = await reply.answer(async (tx) =>
          subscriptionSnapshot(await endTrial(engine, tx, key)),
        );
        recorder.forget(caller.projectId, key.customerId);
        return ended;
      },
    );

    app.post(
      "/v1/subscriptions/:id/pause",
      operations.pauseSubscription,
      async ({ body, caller, params }, reply) => {
        const key = keyOf(params);
        const paused = await reply.answer(async (tx) =>
          subscriptionSnapshot(await pauseSubscription(engine, tx, key, pauseFromWire(body))),
        );
        recorder.forget(caller.projectId, key.customerId);
        return paused;
      },
    );

    app.post(
      "/v1/subscriptions/:id/resume",
      operations.resumeSubscription,
      async ({ caller, params }, reply) => {
        const key = keyOf(params);
        const resumed = await reply.answer(async (tx) =>
          subscriptionSnapshot(await resumeSubscription(engine, tx, key)),
        );
        recorder.forget(caller.projectId, key.customerId);
        return resumed;
      },
    );

    app.post(
      "/v1/subscriptions/:id/renew",
      operations.renewSubscription,
      async ({ caller, params }, reply) => {
        const key = keyOf(params);
        const renewed = await reply.answer(async (tx) => {
          const { subscription, invoice } = await buyTerm(engine, tx, key);
          return {
            ...subscriptionSnapshot(subscription),
            invoice: invoice === null ? null : formatOwnedId("invoice", invoice),
          };
        });
        recorder.forget(caller.projectId, key.customerId);
        return renewed;
      },
    );
  };

function keyOf({ id }: { readonly id: string }) {
  return ownedIdFrom("subscription", id, "subscription_not_found");
}
