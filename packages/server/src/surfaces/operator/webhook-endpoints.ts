import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { Clock } from "#kernel/clock.ts";
import type { NewId } from "#kernel/ids.ts";
import {
  createEndpoint,
  deleteEndpoint,
  getEndpoint,
  listEndpoints,
} from "#modules/webhooks/index.ts";
import { pageOf, readCursor } from "#platform/http/page.ts";
import { idFrom } from "#platform/http/wire.ts";
import * as operations from "./webhook-endpoints-operations.ts";
import { endpointToWire, endpointWithSecretToWire } from "./webhook-endpoints-wire.ts";

export interface WebhookEndpointDeps {
  /** The wall clock. */
  readonly clock: Clock;
  readonly newId: NewId;
}

/** Where the merchant wants to be told what happens. */
export const webhookEndpointRoutes =
  (deps: WebhookEndpointDeps): FastifyPluginAsyncTypebox =>
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
          toWire: endpointToWire,
          cursor: ({ endpointId }) => [endpointId],
        });
      }),
    );

    app.get("/v1/webhook_endpoints/:id", operations.getWebhookEndpoint, (request) =>
      request.transact(async (tx) => {
        const endpoint = await getEndpoint(tx, endpointIdFromWire(request.params.id));
        const mayReadSecret = request.caller.scopes.has("admin");
        return mayReadSecret ? endpointWithSecretToWire(endpoint) : endpointToWire(endpoint);
      }),
    );

    app.delete("/v1/webhook_endpoints/:id", operations.deleteWebhookEndpoint, (request) =>
      request.transact(async (tx) =>
        endpointToWire(await deleteEndpoint(tx, endpointIdFromWire(request.params.id))),
      ),
    );
  };

export function endpointIdFromWire(text: string): bigint {
  return idFrom("webhookEndpoint", text, "webhook_endpoint_not_found");
}
