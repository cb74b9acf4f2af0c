import type { Surface } from "#platform/http/surface.ts";
import { pageErrors } from "./errors.ts";
import { type PayDeps, payRoutes } from "./routes.ts";

/** The pages of payment links. */
export function paySurface(deps: PayDeps): Surface {
  return {
    name: "pay",
    owns: "/pay",
    errors: pageErrors,
    sends: "pages",
    routes: [payRoutes(deps)],
  };
}
