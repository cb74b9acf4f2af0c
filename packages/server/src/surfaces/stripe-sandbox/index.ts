import { problemErrors } from "#platform/http/problem.ts";
import type { Surface } from "#platform/http/surface.ts";
import { type RawListener, SANDBOX_PATH, stripeSandboxRoutes } from "./routes.ts";

export { SANDBOX_PATH };

/** The card sandbox, below this server's own address. */
export function stripeSandboxSurface(listener: RawListener): Surface {
  return {
    name: "stripe-sandbox",
    owns: SANDBOX_PATH,
    errors: problemErrors,
    routes: [stripeSandboxRoutes(listener)],
  };
}
