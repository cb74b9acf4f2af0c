import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { cancelSubscription } from "#flows/cancel-subscription.ts";
import { asItStands, createPaymentLink, type Subscribing } from "#flows/create-subscription.ts";
import { currentUsage } from "#flows/current-usage.ts";
import { loadSubject } from "#flows/load-subject.ts";
import type { OwnedId } from "#kernel/ids.ts";
import { invoiceSnapshot, listInvoices } from "#modules/invoices/index.ts";
import { listEvents, type UsageRecorder } from "#modules/metering/index.ts";
import { getSubscription, listSubscriptions } from "#modules/subscriptions/index.ts";
import { type PageOf, pageOf, readCursor } from "#platform/http/page.ts";
import { idFrom, ownedIdFrom } from "#platform/http/wire.ts";
import { ok, okPage } from "./answers.ts";
import { closedPeriodToWire, openPeriodToWire } from "./period-wire.ts";
import * as operations from "./subscription-operations.ts";
import { customerFromWire, subscriptionToWire, usageEventToWire } from "./subscription-wire.ts";

type RequestTx = Parameters<typeof loadSubject>[1];

/** Subscriptions of the metered document. */
export const meteredSubscriptionRoutes =
  (subscribing: Subscribing, recorder: Pick<UsageRecorder, "forget">): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { engine } = subscribing;

    const view = async (tx: RequestTx, key: OwnedId) => {
      const { subscription, paymentUrl } = await asItStands(subscribing, tx, key);
      const subject = await loadSubject(engine, tx, subscription);
      const usage = await currentUsage(tx, subscription, subject.plan);
      return subscriptionToWire({ subscription, ...subject, usage, paymentUrl });
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
        const page = pageOf(found, limit, {
          toWire: (subscription) => subscription,
          cursor: (subscription) => [subscription.id, subscription.customerId],
        });
        return okPage(await mapped(page, (subscription) => view(tx, subscription)));
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
          await cancelSubscription(engine, tx, key, { atPeriodEnd: body.at_period_end ?? true });
          return ok(await view(tx, key));
        });
        recorder.forget(caller.projectId, key.customerId);
        return canceled;
      },
    );
  };

/** What a subscription used, event by event, and what its periods came to. */
export const meteredHistoryRoutes =
  (subscribing: Subscribing): FastifyPluginAsyncTypebox =>
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
        const { customerId, id: subscriptionId } = subscription;
        const [before] = readCursor(cursor, 1) ?? [];
        const invoices = await listInvoices(
          tx,
          { customerId, subscriptionId, reason: "renewal" },
          { before: before === undefined ? null : { customerId, id: before }, limit: limit + 1 },
        );
        const closed = pageOf(invoices, limit, {
          toWire: (invoice) => closedPeriodToWire(invoiceSnapshot(invoice)),
          cursor: ({ id }) => [id],
        });
        if (before !== undefined || subscription.period === null) return okPage(closed);
        if (subscription.status === "canceled") return okPage(closed);
        const subject = await loadSubject(subscribing.engine, tx, subscription);
        const usage = await currentUsage(tx, subscription, subject.plan);
        const open = openPeriodToWire(subscription.period, subject.plan, usage);
        return okPage({ ...closed, data: [open, ...closed.data] });
      }),
    );
  };

async function mapped<From, To>(
  page: PageOf<From>,
  toWire: (item: From) => Promise<To>,
): Promise<PageOf<To>> {
  const data: To[] = [];
  for (const item of page.data) data.push(await toWire(item));
  return { ...page, data };
}

function keyOf({ uid }: { readonly uid: string }): OwnedId {
  return ownedIdFrom("subscription", uid, "subscription_not_found");
}
