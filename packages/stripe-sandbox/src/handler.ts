import { type ApiDependencies, answerApi } from "./api.ts";
import type { ChargeJournal } from "./charge-journal.ts";
import { answerControl, type Controls } from "./control.ts";
import { Disconnected } from "./faults/request-fate.ts";
import { answerPage } from "./pages/answer-page.ts";
import { errorBody } from "./routes/route.ts";

/** What `/_sandbox` shows, and lets be changed when there are controls. */
type Insight = { readonly journal: ChargeJournal; readonly controls: Controls | null };

const controlled = ["/_sandbox/faults", "/_sandbox/card_renewals"];

/** Sends each request to the part that answers it. `prefixOf` is the path the sandbox is mounted under. */
export function createHandler(
  dependencies: ApiDependencies,
  { journal, controls }: Insight,
  { prefixOf, passTime }: { readonly prefixOf: () => string; readonly passTime: () => void },
): (request: Request) => Promise<Response> {
  const answer = async (request: Request): Promise<Response> => {
    passTime();
    const { pathname } = new URL(request.url);
    const prefix = prefixOf();
    const path = pathname.startsWith(`${prefix}/`) ? pathname.slice(prefix.length) : pathname;
    if (path.startsWith("/v1/")) return answerApi(dependencies, request, path);
    if (path.startsWith("/pay/")) return answerPage(dependencies, request, path);
    if (path === "/_sandbox/charges") return Response.json(journal.charges());
    if (controls !== null && controlled.includes(path)) {
      return answerControl(controls, dependencies.secretKeys, request, path);
    }
    return errorResponse(404, `Nothing answers ${request.method} ${path}.`);
  };
  return (request) =>
    answer(request).catch((error: unknown) => {
      if (error instanceof Disconnected) throw error;
      dependencies.onDefect(error);
      return errorResponse(500, "The sandbox failed on this request.");
    });
}

export function errorResponse(status: number, message: string): Response {
  const type = status >= 500 ? "api_error" : "invalid_request_error";
  return Response.json(errorBody({ type, message }), { status });
}
