import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { endpointSnapshot } from "#modules/webhooks/domain/index.ts";
import {
  changeEndpoint,
  createEndpoint,
  deleteEndpoint,
  type EndpointDeps,
  getEndpoint,
  listEndpoints,
  rotateEndpointSecret,
} from "#modules/webhooks/index.ts";
import { pageOf, readCursor } from "#platform/http/page.ts";
import { idFrom } from "#platform/http/wire.ts";
import * as operations from "./webhook-endpoints-operations.ts";
import {
  endpointChangeFromWire,
  endpointWithSecretToWire,
  overlapFromWire,
} from "./webhook-endpoints-wire.ts";

/** Where the merchant wants to be told what happens. */
export const webhookEndpointRoutes =
  (deps: EndpointDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post("/v1/webhook_endpoints", operations.createWebhookEndpoint, (request, reply) =>
      reply.answer(async (tx) => {
        const { url, dialect = "native", event_types: eventTypes = null } = request.body;
        const { side } = request.caller;
        const endpoint = await createEndpoint(tx, deps, { url, side, dialect, eventTypes });
        return endpointWithSecretToWire(endpoint);
      }),
    );

    app.get("/v1/webhook_endpoints", operations.listWebhookEndpoints, (request) =>
      request.transact(async (tx) => {
        const { cursor, limit } = request.query;
        const [after = null] = readCursor(cursor, 1) ?? [];
        const endpoints = await listEndpoints(tx, after, limit + 1);
        return pageOf(endpoints, limit, {
          toWire: endpointSnapshot,
          cursor: ({ endpointId }) => [endpointId],
        });
      }),
    );

    app.get("/v1/webhook_endpoints/:id", operations.getWebhookEndpoint, (request) =>
      request.transact(async (tx) => {
        const endpoint = await getEndpoint(tx, endpointIdFromWire(request.params.id));
        const mayReadSecret = request.caller.scopes.has("admin");
        return mayReadSecret ? endpointWithSecretToWire(endpoint) : endpointSnapshot(endpoint);
      }),
    );

    app.patch("/v1/webhook_endpoints/:id", operations.changeWebhookEndpoint, (request) =>
      request.transact(async (tx) => {
        const endpointId = endpointIdFromWire(request.params.id);
        const change = endpointChangeFromWire(request.body);
        const { side } = request.caller;
        return endpointSnapshot(await changeEndpoint(tx, deps, endpointId, { ...change, side }));
      }),
    );

    app.post(
      "/v1/webhook_endpoints/:id/rotate_secret",
      operations.rotateWebhookSecret,
      (request, reply) =>
        reply.answer(async (tx) => {
          const endpointId = endpointIdFromWire(request.params.id);
          const overlapMs = overlapFromWire(request.body);
          return endpointWithSecretToWire(
            await rotateEndpointSecret(tx, deps, endpointId, overlapMs),
          );
        }),
    );

    app.delete("/v1/webhook_endpoints/:id", operations.deleteWebhookEndpoint, (request) =>
      request.transact(async (tx) =>
        endpointSnapshot(await deleteEndpoint(tx, endpointIdFromWire(request.params.id))),
      ),
    );
  };

export function endpointIdFromWire(text: string): bigint {
  return idFrom("webhookEndpoint", text, "webhook_endpoint_not_found");
}
