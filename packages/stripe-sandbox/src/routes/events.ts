import { listRoute, matches } from "./list.ts";
import { retrieveRoute } from "./lookup.ts";
import type { Route } from "./route.ts";

export const eventRoutes: readonly Route[] = [
  listRoute("/v1/events", "event", (params) => {
    const type = params.filledText("type");
    const types = params.texts("types");
    return (event) => matches<string>(type, event.type) && (types?.includes(event.type) ?? true);
  }),
  retrieveRoute("/v1/events/:id", "event"),
];
