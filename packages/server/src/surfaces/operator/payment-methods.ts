import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { activateSubscription } from "#flows/activate-subscription.ts";
import type { RailAccess } from "#flows/rail-customer.ts";
import { removeCard } from "#flows/remove-card.ts";
import { attachCard, saveCard } from "#flows/save-card.ts";
import { BillingError } from "#kernel/error.ts";
import type { OwnedId } from "#kernel/ids.ts";
import { getCustomer } from "#modules/customers/index.ts";
import { listPaymentMethods, paymentMethodSnapshot } from "#modules/payments/index.ts";
import { pageOf, readCursor } from "#platform/http/page.ts";
import { idFrom, ownedIdFrom } from "#platform/http/wire.ts";
import * as operations from "./payment-methods-operations.ts";

export interface PaymentMethodDeps extends RailAccess {
  /** Called when a card was saved: something may be due to be charged now. */
  readonly onCardSaved: () => void;
}

/** The cards of a customer. */
export const paymentMethodRoutes =
  (deps: PaymentMethodDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      "/v1/customers/:id/payment_methods",
      operations.savePaymentMethod,
      async ({ caller, params, body: { token, subscription }, headers }, reply) => {
        const { projectId } = caller;
        const customerId = customerIdOf(params);
        const waiting = subscription === undefined ? null : waitingOf(customerId, subscription);
        const sent = headers["idempotency-key"] ?? crypto.randomUUID();
        const requestKey = `${projectId}/${customerId}/${token}/${String(sent)}`;
        const card = await attachCard(deps, { projectId, customerId, token, requestKey });
        const saved = await reply.answer(async (tx) => {
          const method = await saveCard(deps.engine, tx, customerId, card);
          if (waiting !== null) await activateSubscription(deps.engine, tx, waiting);
          return paymentMethodSnapshot(method);
        });
        deps.onCardSaved();
        return saved;
      },
    );

    app.get("/v1/customers/:id/payment_methods", operations.listPaymentMethods, (request) =>
      request.transact(async (tx) => {
        const { params, query } = request;
        const { customerId } = await getCustomer(tx, customerIdOf(params));
        const [before = null] = readCursor(query.cursor, 1) ?? [];
        const methods = await listPaymentMethods(tx, customerId, {
          before,
          limit: query.limit + 1,
        });
        return pageOf(methods, query.limit, {
          toWire: paymentMethodSnapshot,
          cursor: ({ id }) => [id],
        });
      }),
    );

    app.delete(
      "/v1/customers/:id/payment_methods/:payment_method",
      operations.removePaymentMethod,
      async ({ caller, params }) => {
        const key = ownedIdFrom("paymentMethod", params.payment_method, "payment_method_not_found");
        if (key.customerId !== customerIdOf(params)) {
          throw new BillingError("payment_method_not_found", { id: params.payment_method });
        }
        return paymentMethodSnapshot(await removeCard(deps, caller.projectId, key));
      },
    );
  };

/** What begins with the card: another customer's is none of theirs. */
function waitingOf(customerId: bigint, subscription: string): OwnedId {
  const key = ownedIdFrom("subscription", subscription, "subscription_not_found");
  if (key.customerId === customerId) return key;
  throw new BillingError("subscription_not_found", { id: subscription });
}

function customerIdOf({ id }: { readonly id: string }): bigint {
  return idFrom("customer", id, "customer_not_found");
}
