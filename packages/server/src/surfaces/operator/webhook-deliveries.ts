import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { Clock } from "#kernel/clock.ts";
import { listDeliveries, resendDelivery } from "#modules/webhooks/index.ts";
import { Page, PageQuery, pageOf, readCursor } from "#platform/http/page.ts";
import { Closed, IdString, ownedIdFrom } from "#platform/http/wire.ts";
import { endpointIdFromWire } from "./webhook-endpoints.ts";
import { DeliveryWire, deliveryToWire } from "./webhook-endpoints-wire.ts";

export interface WebhookDeliveryDeps {
  readonly clock: Clock;
  /** Called when there is something to send: it need not wait for the next look. */
  readonly onResend: () => void;
}

const tags = ["webhooks"];

/** What was sent to an endpoint, with each try, and the way to have it sent again. */
export const webhookDeliveryRoutes =
  (deps: WebhookDeliveryDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      "/v1/webhook_endpoints/:id/deliveries",
      {
        config: { scope: "billing:read", refuses: ["webhook_endpoint_not_found"] },
        schema: {
          operationId: "listWebhookDeliveries",
          summary: "List an endpoint's deliveries and their attempts, newest event first",
          tags,
          params: Closed({ id: IdString("webhookEndpoint") }),
          querystring: PageQuery({}),
          response: { 200: Page(DeliveryWire) },
        },
      },
      (request) =>
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
      {
        config: {
          scope: "billing:write",
          emptyBody: true,
          refuses: [
            "webhook_delivery_not_found",
            "webhook_endpoint_not_found",
            "webhook_endpoint_disabled",
          ],
        },
        schema: {
          operationId: "resendWebhookDelivery",
          summary: "Send a delivery once more, under the same `webhook-id`",
          tags,
          params: Closed({ id: IdString("delivery") }),
          body: Closed({}),
          response: { 200: DeliveryWire },
        },
      },
      async (request, reply) => {
        const id = ownedIdFrom("delivery", request.params.id, "webhook_delivery_not_found");
        const delivery = await reply.answer(async (tx) =>
          deliveryToWire(await resendDelivery(tx, deps, id)),
        );
        deps.onResend();
        return delivery;
      },
    );
  };
