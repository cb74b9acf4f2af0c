import { readMetadata } from "../wire/metadata.ts";
import { invalidParameter } from "../wire/refusal.ts";
import { readWebUrl } from "../wire/urls.ts";
import { listRoute } from "./list.ts";
import { fromPath, retrieveRoute } from "./lookup.ts";
import { type Call, ok, type Reply, type Route } from "./route.ts";

/** Only this answer carries the secret, as on Stripe. */
function create({ tx, params, render }: Call): Reply {
  const url = readWebUrl(params, "url") ?? params.requiredText("url");
  const enabledEvents = params.texts("enabled_events") ?? [];
  if (enabledEvents.length === 0) {
    throw invalidParameter(
      "enabled_events",
      "Missing required param: enabled_events.",
      "parameter_missing",
    );
  }
  const endpoint = tx.put("webhook_endpoint", {
    id: tx.mint("we_"),
    createdMs: tx.nowMs,
    url,
    secret: tx.mint("whsec_", 32),
    enabledEvents,
    description: params.text("description") ?? null,
    metadata: readMetadata(params),
  });
  return ok({ ...render("webhook_endpoint", endpoint), secret: endpoint.secret });
}

/** Deliveries to the endpoint that are still to be made find it gone and are given up. */
function remove(call: Call): Reply {
  const { id } = fromPath(call, "webhook_endpoint");
  call.tx.drop("webhook_endpoint", id);
  return ok({ id, object: "webhook_endpoint", deleted: true });
}

export const webhookEndpointRoutes: readonly Route[] = [
  { method: "POST", path: "/v1/webhook_endpoints", handle: create },
  listRoute("/v1/webhook_endpoints", "webhook_endpoint", () => () => true),
  retrieveRoute("/v1/webhook_endpoints/:id", "webhook_endpoint"),
  { method: "DELETE", path: "/v1/webhook_endpoints/:id", handle: remove },
];
