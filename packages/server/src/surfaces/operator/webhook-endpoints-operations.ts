import { Page, PageQuery } from "#platform/http/page.ts";
import { Closed, IdString } from "#platform/http/wire.ts";
import {
  EndpointChangeWire,
  EndpointForReaderWire,
  EndpointWire,
  EndpointWithSecretWire,
  NewEndpointWire,
  SecretRotationWire,
} from "./webhook-endpoints-wire.ts";

const tags = ["webhooks"];
const params = Closed({ id: IdString("webhookEndpoint") });

export const createWebhookEndpoint = {
  config: {
    scope: "billing:write",
    refuses: ["webhook_url_refused", "webhook_event_type_unknown"],
  },
  schema: {
    operationId: "createWebhookEndpoint",
    summary: "Add a webhook endpoint, which is told what happens from now on",
    description:
      "The answer shows the secret that its webhooks are signed with. Only a token with the scope `admin` can read it again.",
    tags,
    body: NewEndpointWire,
    response: { 201: EndpointWithSecretWire },
  },
} as const;

export const listWebhookEndpoints = {
  config: { scope: "billing:read", refuses: [] },
  schema: {
    operationId: "listWebhookEndpoints",
    summary: "List webhook endpoints, oldest first",
    tags,
    querystring: PageQuery({}),
    response: { 200: Page(EndpointWire) },
  },
} as const;

export const getWebhookEndpoint = {
  config: { scope: "billing:read", refuses: ["webhook_endpoint_not_found"] },
  schema: {
    operationId: "getWebhookEndpoint",
    summary: "Get a webhook endpoint, with its secret if the token has the scope `admin` too",
    tags,
    params,
    response: { 200: EndpointForReaderWire },
  },
} as const;

export const changeWebhookEndpoint = {
  config: {
    scope: "billing:write",
    refuses: ["webhook_endpoint_not_found", "webhook_url_refused", "webhook_event_type_unknown"],
  },
  schema: {
    operationId: "changeWebhookEndpoint",
    summary: "Change a webhook endpoint, disable it, or enable it again",
    description:
      "Enabled again, an endpoint is told what happens from then on. What was given up meanwhile is sent by `resend_failed`.",
    tags,
    params,
    body: EndpointChangeWire,
    response: { 200: EndpointWire },
  },
} as const;

export const rotateWebhookSecret = {
  config: { scope: "admin", emptyBody: true, refuses: ["webhook_endpoint_not_found"] },
  schema: {
    operationId: "rotateWebhookSecret",
    summary: "Give a webhook endpoint a new secret, with a time in which both sign",
    description:
      "Until the time is over each message carries two signatures, so that a receiver may change its secret at any moment of it. Rotating again within that time forgets the older secret at once.",
    tags,
    params,
    body: SecretRotationWire,
    response: { 200: EndpointWithSecretWire },
  },
} as const;

export const deleteWebhookEndpoint = {
  config: { scope: "billing:write", refuses: ["webhook_endpoint_not_found"] },
  schema: {
    operationId: "deleteWebhookEndpoint",
    summary: "Delete a webhook endpoint; what is still on its way to it is given up",
    tags,
    params,
    response: { 200: EndpointWire },
  },
} as const;
