import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { cancelSubscription } from "#flows/cancel-subscription.ts";
import {
  asItStands,
  type CreatedSubscription,
  createSubscription,
  type Subscribing,
} from "#flows/create-subscription.ts";
import type { UsageRecorder } from "#modules/metering/index.ts";
import { listSubscriptions, subscriptionSnapshot } from "#modules/subscriptions/index.ts";
import { pageOf, readCursor } from "#platform/http/page.ts";
import { idFrom, ownedIdFrom } from "#platform/http/wire.ts";
import { lifecycleRoutes } from "./subscriptions-lifecycle.ts";
import * as operations from "./subscriptions-operations.ts";
import { beginningFromWire, cancellationFromWire, wantedItems } from "./subscriptions-wire.ts";

/** Selling plans to customers, and ending that. */
export const subscriptionRoutes =
  (subscribing: Subscribing, recorder: Pick<UsageRecorder, "forget">): FastifyPluginAsyncTypebox =>
  async (app) => {
    await app.register(lifecycleRoutes(subscribing, recorder));

    app.post("/v1/subscriptions", operations.createSubscription, async (request, reply) => {
      const { body, caller } = request;
      const customerId = idFrom("customer", body.customer, "customer_not_found");
      const answered = await reply.answer(async (tx) => {
        const created = await createSubscription(subscribing, tx, {
          customerId,
          ...wantedItems(body),
          planId: idFrom("plan", body.plan, "plan_not_found"),
          title: body.title ?? null,
          referenceId: body.reference_id ?? null,
          metadata: body.metadata ?? {},
          returnUrl: body.return_url ?? null,
          beginning: beginningFromWire(body),
        });
        return withLink(created);
      });
      recorder.forget(caller.projectId, customerId);
      return answered;
    });

    app.get("/v1/subscriptions", operations.listSubscriptions, (request) =>
      request.transact(async (tx) => {
        const { cursor, limit, customer } = request.query;
        const [id, customerId] = readCursor(cursor, 2) ?? [];
        const filter =
          customer === undefined
            ? {}
            : { customerId: idFrom("customer", customer, "customer_not_found") };
        const found = await listSubscriptions(tx, filter, {
          before: id === undefined || customerId === undefined ? null : { customerId, id },
          limit: limit + 1,
        });
        return pageOf(found, limit, {
          toWire: subscriptionSnapshot,
          cursor: (subscription) => [subscription.id, subscription.customerId],
        });
      }),
    );

    app.get("/v1/subscriptions/:id", operations.getSubscription, (request) =>
      request.transact(async (tx) =>
        withLink(await asItStands(subscribing, tx, keyOf(request.params))),
      ),
    );

    app.post(
      "/v1/subscriptions/:id/cancel",
      operations.cancelSubscription,
      async ({ body, caller, params }, reply) => {
        const asked = cancellationFromWire(body);
        const key = keyOf(params);
        const canceled = await reply.answer(async (tx) =>
          subscriptionSnapshot(await cancelSubscription(subscribing.engine, tx, key, asked)),
        );
        recorder.forget(caller.projectId, key.customerId);
        return canceled;
      },
    );
  };

function withLink({ subscription, paymentUrl }: CreatedSubscription) {
  return { ...subscriptionSnapshot(subscription), payment_url: paymentUrl };
}

function keyOf({ id }: { readonly id: string }) {
  return ownedIdFrom("subscription", id, "subscription_not_found");
}
