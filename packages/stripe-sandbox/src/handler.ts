import { type ApiDependencies, answerApi } from "./api.ts";
import type { ChargeJournal } from "./charge-journal.ts";
import { expireDueSessions } from "./checkout/expire-session.ts";
import { answerFaultControl } from "./faults/control.ts";
import type { FaultPlan } from "./faults/fault-plan.ts";
import { Disconnected } from "./faults/request-fate.ts";
import { answerPage } from "./pages/answer-page.ts";
import { errorBody } from "./routes/route.ts";
import { Transaction } from "./state/transaction.ts";

const secondMs = 1_000;

/** What `/_sandbox` shows and lets be changed; without `faults` those are nobody's business. */
type Insight = { readonly journal: ChargeJournal; readonly faults: FaultPlan | null };

/** Sends each request to the part that answers it. `prefixOf` is the path the sandbox is mounted under. */
export function createHandler(
  dependencies: ApiDependencies,
  { journal, faults }: Insight,
  prefixOf: () => string,
): (request: Request) => Promise<Response> {
  const expireSessions = createSessionExpiry(dependencies);
  const answer = async (request: Request): Promise<Response> => {
    expireSessions();
    const { pathname } = new URL(request.url);
    const prefix = prefixOf();
    const path = pathname.startsWith(`${prefix}/`) ? pathname.slice(prefix.length) : pathname;
    if (path.startsWith("/v1/")) return answerApi(dependencies, request, path);
    if (path.startsWith("/pay/")) return answerPage(dependencies, request, path);
    if (path === "/_sandbox/charges") return Response.json(journal.charges());
    if (path === "/_sandbox/faults" && faults !== null) {
      return answerFaultControl(faults, dependencies.secretKeys, request);
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

/** Sessions end on time whoever asks; their times are whole seconds, so once a second is enough. */
function createSessionExpiry({ store, now, randomBytes, commit }: ApiDependencies): () => void {
  let checkedSecond = Number.NEGATIVE_INFINITY;
  return () => {
    const nowMs = now();
    const second = Math.floor(nowMs / secondMs);
    if (second === checkedSecond) return;
    checkedSecond = second;
    const tx = new Transaction(store, { nowMs, randomBytes, request: null });
    expireDueSessions(tx);
    if (tx.changes.length > 0) commit(tx.changes);
  };
}

export function errorResponse(status: number, message: string): Response {
  const type = status >= 500 ? "api_error" : "invalid_request_error";
  return Response.json(errorBody({ type, message }), { status });
}
