import { errorBody } from "../routes/route.ts";
import { authenticate } from "../wire/authenticate.ts";
import { Refusal } from "../wire/refusal.ts";
import { readBody } from "../wire/request.ts";
import type { FaultPlan } from "./fault-plan.ts";
import { FaultOrderError, readFaults } from "./read-faults.ts";

/**
 * Answers `/_sandbox/faults`: GET lists, POST adds the faults of a JSON body (one or a list), DELETE
 * forgets. Whoever holds a key of the API may.
 */
export async function answerFaultControl(
  plan: FaultPlan,
  secretKeys: readonly string[] | undefined,
  request: Request,
): Promise<Response> {
  try {
    authenticate(request.headers, secretKeys);
    if (request.method === "POST") plan.add(...readFaults(JSON.parse(await readBody(request))));
    else if (request.method === "DELETE") plan.clear();
    else if (request.method !== "GET") return refused(405, "Send GET, POST or DELETE.");
    return Response.json({ data: plan.list() });
  } catch (error) {
    if (error instanceof Refusal) return Response.json(errorBody(error.body), error);
    if (error instanceof FaultOrderError) return refused(400, `${error.message}.`);
    if (error instanceof SyntaxError) return refused(400, "The body is not JSON.");
    throw error;
  }
}

function refused(status: number, message: string): Response {
  return Response.json(errorBody({ type: "invalid_request_error", message }), { status });
}
