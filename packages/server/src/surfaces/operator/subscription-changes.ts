import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import {
  changeSubscription,
  withdrawChange,
} from "#flows/change-subscription/change-subscription.ts";
import type { Engine } from "#flows/engine.ts";
import { invoiceSnapshot } from "#modules/invoices/index.ts";
import type { UsageRecorder } from "#modules/metering/index.ts";
import { subscriptionSnapshot } from "#modules/subscriptions/index.ts";
import { ownedIdFrom } from "#platform/http/wire.ts";
import * as operations from "./subscriptions-operations.ts";
import { wantedChange } from "./subscriptions-wire.ts";

/** Changing what a subscription holds. */
export const subscriptionChangeRoutes =
  (engine: Engine, recorder: Pick<UsageRecorder, "forget">): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      "/v1/subscriptions/:id/change",
      operations.changeSubscription,
      async ({ body, caller, params }, reply) => {
        const key = keyOf(params);
        const changed = await reply.answer(async (tx) => {
          const made = await changeSubscription(engine, tx, key, wantedChange(body));
          const invoice = made.invoice === null ? null : invoiceSnapshot(made.invoice);
          return { ...subscriptionSnapshot(made.subscription), invoice };
        });
        recorder.forget(caller.projectId, key.customerId);
        return changed;
      },
    );

    app.delete(
      "/v1/subscriptions/:id/pending_change",
      operations.withdrawChange,
      ({ params }, reply) =>
        reply.answer(async (tx) => {
          const { subscription } = await withdrawChange(engine, tx, keyOf(params));
          return subscriptionSnapshot(subscription);
        }),
    );
  };

function keyOf({ id }: { readonly id: string }) {
  return ownedIdFrom("subscription", id, "subscription_not_found");
}
