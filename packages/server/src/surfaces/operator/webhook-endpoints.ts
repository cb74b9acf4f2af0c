import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { Clock } from "#kernel/clock.ts";
import type { NewId } from "#kernel/ids.ts";
import {
  createEndpoint,
  deleteEndpoint,
  getEndpoint,
  listEndpoints,
} from "#modules/webhooks/index.ts";
import { Page, PageQuery, pageOf, readCursor } from "#platform/http/page.ts";
import { Closed, IdString, idFrom } from "#platform/http/wire.ts";
import {
  EndpointForReaderWire,
  EndpointWire,
  EndpointWithSecretWire,
  endpointToWire,
  endpointWithSecretToWire,
  NewEndpointWire,
} from "./webhook-endpoints-wire.ts";

export interface WebhookEndpointDeps {
  readonly clock: Clock;
  readonly newId: NewId;
}

const tags = ["webhooks"];
const params = Closed({ id: IdString("webhookEndpoint") });

/** Where the merchant wants to be told what happens. */
export const webhookEndpointRoutes =
  (deps: WebhookEndpointDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      "/v1/webhook_endpoints",
      {
        config: { scope: "billing:write", refuses: ["webhook_url_refused"] },
        schema: {
          operationId: "createWebhookEndpoint",
          summary: "Add a webhook endpoint, which is told what happens from now on",
          description:
            "The answer shows the secret that its webhooks are signed with. Only a token with the scope `admin` can read it again.",
          tags,
          body: NewEndpointWire,
          response: { 201: EndpointWithSecretWire },
        },
      },
      (request, reply) =>
        reply.answer(async (tx) => {
          const { url, dialect = "native", event_types: eventTypes = null } = request.body;
          const { side } = request.caller;
          const endpoint = await createEndpoint(tx, deps, { url, side, dialect, eventTypes });
          return endpointWithSecretToWire(endpoint);
        }),
    );

    app.get(
      "/v1/webhook_endpoints",
      {
        config: { scope: "billing:read", refuses: [] },
        schema: {
          operationId: "listWebhookEndpoints",
          summary: "List webhook endpoints, oldest first",
          tags,
          querystring: PageQuery({}),
          response: { 200: Page(EndpointWire) },
        },
      },
      (request) =>
        request.transact(async (tx) => {
          const { cursor, limit } = request.query;
          const [after = null] = readCursor(cursor, 1) ?? [];
          const endpoints = await listEndpoints(tx, after, limit + 1);
          return pageOf(endpoints, limit, {
            toWire: endpointToWire,
            cursor: ({ endpointId }) => [endpointId],
          });
        }),
    );

    app.get(
      "/v1/webhook_endpoints/:id",
      {
        config: { scope: "billing:read", refuses: ["webhook_endpoint_not_found"] },
        schema: {
          operationId: "getWebhookEndpoint",
          summary: "Get a webhook endpoint, with its secret if the token has the scope `admin`",
          tags,
          params,
          response: { 200: EndpointForReaderWire },
        },
      },
      (request) =>
        request.transact(async (tx) => {
          const endpoint = await getEndpoint(tx, endpointIdFromWire(request.params.id));
          const mayReadSecret = request.caller.scopes.has("admin");
          return mayReadSecret ? endpointWithSecretToWire(endpoint) : endpointToWire(endpoint);
        }),
    );

    app.delete(
      "/v1/webhook_endpoints/:id",
      {
        config: { scope: "billing:write", refuses: ["webhook_endpoint_not_found"] },
        schema: {
          operationId: "deleteWebhookEndpoint",
          summary: "Delete a webhook endpoint; what is still on its way to it is given up",
          tags,
          params,
          response: { 200: EndpointWire },
        },
      },
      (request) =>
        request.transact(async (tx) =>
          endpointToWire(await deleteEndpoint(tx, endpointIdFromWire(request.params.id))),
        ),
    );
  };

export function endpointIdFromWire(text: string): bigint {
  return idFrom("webhookEndpoint", text, "webhook_endpoint_not_found");
}
