import { Type } from "typebox";
import { Page, PageQuery } from "#platform/http/page.ts";
import { Closed, IdString } from "#platform/http/wire.ts";
import { DeliveryWire, ResendFailedWire } from "./webhook-endpoints-wire.ts";

const tags = ["webhooks"];
const params = Closed({ id: IdString("webhookEndpoint") });

export const listWebhookDeliveries = {
  config: { scope: "billing:read", refuses: ["webhook_endpoint_not_found"] },
  schema: {
    operationId: "listWebhookDeliveries",
    summary: "List an endpoint's deliveries and their attempts, newest event first",
    tags,
    params,
    querystring: PageQuery({}),
    response: { 200: Page(DeliveryWire) },
  },
} as const;

export const resendWebhookDelivery = {
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
} as const;

export const resendFailedDeliveries = {
  config: {
    scope: "billing:write",
    refuses: ["webhook_endpoint_not_found", "webhook_endpoint_disabled", "time_invalid"],
  },
  schema: {
    operationId: "resendFailedDeliveries",
    summary: "Send everything once more that an endpoint has failed to take since an instant",
    tags,
    params,
    body: ResendFailedWire,
    response: {
      200: Type.Object({
        resent: Type.Integer({ minimum: 0, description: "How many deliveries are due again" }),
      }),
    },
  },
} as const;
