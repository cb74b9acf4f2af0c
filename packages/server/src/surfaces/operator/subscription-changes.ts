import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import {
  changeSubscription,
  withdrawChange,
} from "#flows/change-subscription/change-subscription.ts";
import { type ChangeToCollect, collectChange } from "#flows/change-subscription/collect-change.ts";
import type { Collector } from "#flows/collect-due-payments.ts";
import type { Engine } from "#flows/engine.ts";
import { supposedCollector } from "#flows/forecast/supposed-collector.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { Invoice } from "#modules/invoices/domain/index.ts";
import { invoiceSnapshot } from "#modules/invoices/index.ts";
import type { UsageRecorder } from "#modules/metering/index.ts";
import type { Subscription } from "#modules/subscriptions/domain/index.ts";
import { subscriptionSnapshot } from "#modules/subscriptions/index.ts";
import { ownedIdFrom } from "#platform/http/wire.ts";
import * as operations from "./subscriptions-operations.ts";
import { wantedChange } from "./subscriptions-wire.ts";

/** Changing what a subscription holds. */
export const subscriptionChangeRoutes =
  (
    engine: Engine,
    collector: Collector,
    recorder: Pick<UsageRecorder, "forget">,
  ): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      "/v1/subscriptions/:id/change",
      operations.changeSubscription,
      async ({ body, caller, params, preview }, reply) => {
        const key = keyOf(params);
        const { projectId } = caller;
        const changed = await reply.answer(async (tx) => {
          const made = await changeSubscription(engine, tx, key, wantedChange(body));
          const answer = changedToWire(engine, made);
          if (preview === null || answer.awaited_change === null) return answer;
          const supposed = supposedCollector(collector, tx);
          const toCollect = toBeCollected(projectId, key, answer.awaited_change);
          return changedToWire(engine, await collectChange(supposed, toCollect));
        });
        const awaited = preview === null ? changed.awaited_change : null;
        recorder.forget(projectId, key.customerId);
        if (awaited === null) return changed;
        // The first answer is kept with its key: asked again, what has come of it since is answered.
        const settled = await collectChange(collector, toBeCollected(projectId, key, awaited));
        recorder.forget(projectId, key.customerId);
        return changedToWire(engine, settled);
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

function toBeCollected(
  projectId: number,
  subscription: OwnedId,
  { invoice }: { readonly invoice: string },
): ChangeToCollect {
  const key = ownedIdFrom("invoice", invoice, "invoice_not_found");
  return { projectId, subscription, invoice: key };
}

function changedToWire(
  { invoiceLinks }: Pick<Engine, "invoiceLinks">,
  {
    subscription,
    invoice,
  }: { readonly subscription: Subscription; readonly invoice: Invoice | null },
) {
  const shown = invoice === null ? null : invoiceSnapshot(invoice, invoiceLinks);
  return { ...subscriptionSnapshot(subscription), invoice: shown };
}

function keyOf({ id }: { readonly id: string }) {
  return ownedIdFrom("subscription", id, "subscription_not_found");
}
