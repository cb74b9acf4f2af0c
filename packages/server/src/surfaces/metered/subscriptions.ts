import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { findOpenPeriod, listClosedPeriods } from "#flows/billed-periods.ts";
import { cancelSubscription } from "#flows/cancel-subscription.ts";
import { createPaymentLink, type Subscribing } from "#flows/create-subscription.ts";
import type { Engine } from "#flows/engine.ts";
import { loadSubject } from "#flows/load-subject.ts";
import { viewSubscriptions } from "#flows/view-subscriptions.ts";
import { present } from "#kernel/assert.ts";
import type { OwnedId } from "#kernel/ids.ts";
import { listEvents, type UsageRecorder } from "#modules/metering/index.ts";
import { getSubscription, listSubscriptions } from "#modules/subscriptions/index.ts";
import { pageOf, readCursor, readInstantCursor } from "#platform/http/page.ts";
import { idFrom, ownedIdFrom } from "#platform/http/wire.ts";
import { ok, okPage } from "./answers.ts";
import { periodToWire } from "./period-wire.ts";
import * as operations from "./subscription-operations.ts";
import { customerFromWire, subscriptionToWire, usageEventToWire } from "./subscription-wire.ts";

type RequestTx = Parameters<typeof loadSubject>[1];

/** Subscriptions of the metered document. */
export const meteredSubscriptionRoutes =
  (subscribing: Subscribing, recorder: Pick<UsageRecorder, "forget">): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { engine } = subscribing;

    const view = async (tx: RequestTx, key: OwnedId) => {
      const views = await viewSubscriptions(subscribing, tx, [await getSubscription(tx, key)]);
      return subscriptionToWire(present(views[0], "one subscription is one view"));
    };

    app.post("/api/v1/billing_subscriptions/link", operations.createLink, ({ body }, reply) =>
      reply.answer(async (tx) => {
        const metadata = body.meta_data ?? {};
        const { subscription } = await createPaymentLink(subscribing, tx, {
          customer: customerFromWire(body.customer),
          planId: idFrom("plan", body.plan_uid, "plan_not_found"),
          title: body.title ?? null,
          referenceId: body.reference_id ?? null,
          metadata,
          returnUrl: typeof metadata["return_url"] === "string" ? metadata["return_url"] : null,
        });
        return ok(await view(tx, subscription));
      }),
    );

    app.get("/api/v1/billing_subscriptions", operations.listSubscriptions, (request) =>
      request.transact(async (tx) => {
        const { cursor, limit } = request.query;
        const [id, customerId] = readCursor(cursor, 2) ?? [];
        const before = id === undefined || customerId === undefined ? null : { customerId, id };
        const found = await listSubscriptions(tx, {}, { before, limit: limit + 1 });
        const views = await viewSubscriptions(subscribing, tx, found);
        const page = pageOf(views, limit, {
          toWire: subscriptionToWire,
          cursor: ({ subscription }) => [subscription.id, subscription.customerId],
        });
        return okPage(page);
      }),
    );

    app.get("/api/v1/billing_subscriptions/:uid", operations.getSubscription, (request) =>
      request.transact(async (tx) => ok(await view(tx, keyOf(request.params)))),
    );

    app.post(
      "/api/v1/billing_subscriptions/:uid/cancel",
      operations.cancelSubscription,
      async ({ body, caller, params }, reply) => {
        const key = keyOf(params);
        const canceled = await reply.answer(async (tx) => {
          const atPeriodEnd = body.at_period_end ?? true;
          await cancelSubscription(engine, tx, key, { atPeriodEnd, unused: null });
          return ok(await view(tx, key));
        });
        recorder.forget(caller.projectId, key.customerId);
        return canceled;
      },
    );
  };

/** What a subscription used, event by event, and what its periods came to. */
export const meteredHistoryRoutes =
  (engine: Engine): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get("/api/v1/billing_subscriptions/:uid/usage", operations.listUsage, (request) =>
      request.transact(async (tx) => {
        const { cursor = null, limit } = request.query;
        const key = keyOf(request.params);
        await getSubscription(tx, key);
        const { events, nextCursor } = await listEvents(tx, key, { cursor, limit });
        return okPage({
          data: events.map(usageEventToWire),
          next_cursor: nextCursor,
          has_more: nextCursor !== null,
        });
      }),
    );

    app.get("/api/v1/billing_subscriptions/:uid/periods", operations.listPeriods, (request) =>
      request.transact(async (tx) => {
        const { cursor, limit } = request.query;
        const subscription = await getSubscription(tx, keyOf(request.params));
        const subject = await loadSubject(engine, tx, subscription);
        const { currency } = subject.plan;
        const beforeMs = readInstantCursor(cursor);
        const page = { beforeMs, limit: limit + 1 };
        const periods = await listClosedPeriods(tx, subscription, subject, page);
        const closed = pageOf(periods, limit, {
          toWire: (period) => periodToWire(period, currency),
          cursor: ({ period }) => [BigInt(period.startMs)],
        });
        const open = beforeMs === null ? await findOpenPeriod(tx, subscription, subject) : null;
        if (open === null) return okPage(closed);
        return okPage({ ...closed, data: [periodToWire(open, currency), ...closed.data] });
      }),
    );
  };

function keyOf({ uid }: { readonly uid: string }): OwnedId {
  return ownedIdFrom("subscription", uid, "subscription_not_found");
}
