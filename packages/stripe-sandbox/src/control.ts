import type { FaultPlan } from "./faults/fault-plan.ts";
import { FaultOrderError, readFaults } from "./faults/read-faults.ts";
import type { CardRenewal } from "./payments/change-card.ts";
import { errorBody } from "./routes/route.ts";
import { authenticate } from "./wire/authenticate.ts";
import { Refusal } from "./wire/refusal.ts";
import { readBody } from "./wire/request.ts";

/** What a test orders of a sandbox that stands alone. */
export type Controls = {
  readonly faults: FaultPlan;
  readonly renewCard: (paymentMethodId: string, renewal: CardRenewal) => void;
};

/**
 * Answers `/_sandbox/faults` (GET lists, POST adds one fault or a list, DELETE forgets) and
 * `/_sandbox/card_renewals` (POST). Bodies are JSON. Whoever holds a key of the API may.
 */
export async function answerControl(
  controls: Controls,
  secretKeys: readonly string[] | undefined,
  request: Request,
  path: string,
): Promise<Response> {
  try {
    authenticate(request.headers, secretKeys);
    if (path === "/_sandbox/card_renewals") return await renewCard(controls, request);
    return await changeFaults(controls, request);
  } catch (error) {
    if (error instanceof Refusal) return Response.json(errorBody(error.body), error);
    if (error instanceof FaultOrderError) return refused(400, `${error.message}.`);
    if (error instanceof SyntaxError) return refused(400, "The body is not JSON.");
    throw error;
  }
}

async function changeFaults({ faults }: Controls, request: Request): Promise<Response> {
  if (request.method === "POST") faults.add(...readFaults(JSON.parse(await readBody(request))));
  else if (request.method === "DELETE") faults.clear();
  else if (request.method !== "GET") return refused(405, "Send GET, POST or DELETE.");
  return Response.json({ data: faults.list() });
}

async function renewCard(controls: Controls, request: Request): Promise<Response> {
  if (request.method !== "POST") return refused(405, "Send POST.");
  const body = JSON.parse(await readBody(request)) as Readonly<Record<string, unknown>> | null;
  const { payment_method, exp_month, exp_year, number } = body ?? {};
  controls.renewCard(String(payment_method), {
    expiryMonth: Number(exp_month),
    expiryYear: Number(exp_year),
    ...(number === undefined ? {} : { number: String(number) }),
  });
  return Response.json({});
}

function refused(status: number, message: string): Response {
  return Response.json(errorBody({ type: "invalid_request_error", message }), { status });
}
