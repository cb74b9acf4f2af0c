import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { Clock } from "#kernel/clock.ts";
import { listDeliveries, resendDelivery, resendFailed } from "#modules/webhooks/index.ts";
import { pageOf, readCursor } from "#platform/http/page.ts";
import { ownedIdFrom, parseInstant } from "#platform/http/wire.ts";
import * as operations from "./webhook-deliveries-operations.ts";
import { endpointIdFromWire } from "./webhook-endpoints.ts";
import { deliveryToWire } from "./webhook-endpoints-wire.ts";

export interface WebhookDeliveryDeps {
  readonly clock: Clock;
  /** Called when there is something to send: it need not wait for the next look. */
  readonly onResend: () => void;
}

/** What was sent to an endpoint, with each try, and the way to have it sent again. */
export const webhookDeliveryRoutes =
  (deps: WebhookDeliveryDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get("/v1/webhook_endpoints/:id/deliveries", operations.listWebhookDeliveries, (request) =>
      request.transact(async (tx) => {
        const { cursor, limit } = request.query;
        const endpointId = endpointIdFromWire(request.params.id);
        const [before = null] = readCursor(cursor, 1) ?? [];
        const deliveries = await listDeliveries(tx, endpointId, before, limit + 1);
        return pageOf(deliveries, limit, {
          toWire: deliveryToWire,
          cursor: ({ eventNumber }) => [eventNumber],
        });
      }),
    );

    app.post(
      "/v1/webhook_deliveries/:id/resend",
      operations.resendWebhookDelivery,
      async (request, reply) => {
        const id = ownedIdFrom("delivery", request.params.id, "webhook_delivery_not_found");
        const delivery = await reply.answer(async (tx) =>
          deliveryToWire(await resendDelivery(tx, deps, id)),
        );
        deps.onResend();
        return delivery;
      },
    );

    app.post(
      "/v1/webhook_endpoints/:id/resend_failed",
      operations.resendFailedDeliveries,
      async (request, reply) => {
        const sinceMs = parseInstant(request.body.since);
        const endpointId = endpointIdFromWire(request.params.id);
        const answer = await reply.answer(async (tx) => ({
          resent: await resendFailed(tx, deps, endpointId, sinceMs),
        }));
        deps.onResend();
        return answer;
      },
    );
  };
