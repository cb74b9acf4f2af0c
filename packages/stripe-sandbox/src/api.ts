import {
  Disconnected,
  drawRequestFate,
  isCarriedOut,
  meet,
  type RequestFate,
  serverError,
} from "./faults/request-fate.ts";
import type { Render } from "./objects/render.ts";
import { createLookup } from "./routes/expandable.ts";
import { findRoute } from "./routes/index.ts";
import { errorBody, failed, type Reply } from "./routes/route.ts";
import type { Change } from "./state/collections.ts";
import { type RandomBytes, randomText } from "./state/identifiers.ts";
import type { Store } from "./state/store.ts";
import { Transaction } from "./state/transaction.ts";
import { authenticate } from "./wire/authenticate.ts";
import { expandPaths } from "./wire/expand.ts";
import { decodeForm, type FormTree } from "./wire/form.ts";
import { type Claim, findSavedAnswer, readClaim } from "./wire/idempotency.ts";
import { Params } from "./wire/params.ts";
import { Refusal } from "./wire/refusal.ts";
import { readBody } from "./wire/request.ts";
import { apiVersion } from "./wire/version.ts";

export type ApiDependencies = {
  readonly store: Store;
  readonly render: Render;
  readonly now: () => number;
  readonly randomBytes: RandomBytes;
  readonly secretKeys: readonly string[] | undefined;
  /** Makes changes lasting and has their webhooks sent. Returns the ids of those deliveries. */
  readonly commit: (changes: readonly Change[]) => readonly string[];
  /** Attempts deliveries before anything else happens. */
  readonly deliverFirst: (deliveryIds: readonly string[]) => Promise<void>;
  /** Aborted when the sandbox closes. */
  readonly closing: AbortSignal;
  readonly onDefect: (error: unknown) => void;
};

type Answer = { readonly status: number; readonly body: string; readonly replayOf?: string };

/**
 * Answers one request under `/v1`. `path` is the path without what the sandbox is mounted under.
 *
 * @throws Disconnected when a fault has it that nothing is answered.
 */
export async function answerApi(
  dependencies: ApiDependencies,
  request: Request,
  path: string,
): Promise<Response> {
  const requestId = `req_${randomText(dependencies.randomBytes, 14)}`;
  const answer = await carryOut(dependencies, request, path, requestId).catch(
    (error: unknown): Answer => {
      if (error instanceof Refusal) return asAnswer(refused(error));
      if (error instanceof Disconnected) throw error;
      dependencies.onDefect(error);
      const message = `The sandbox failed on this request (${requestId}).`;
      return asAnswer({ status: 500, body: errorBody({ type: "api_error", message }) });
    },
  );
  return new Response(answer.body, {
    status: answer.status,
    headers: {
      "content-type": "application/json",
      "cache-control": "no-store",
      "request-id": requestId,
      "stripe-version": request.headers.get("stripe-version") ?? apiVersion,
      ...echoedKey(request),
      ...(answer.replayOf === undefined
        ? {}
        : { "idempotent-replayed": "true", "original-request": answer.replayOf }),
    },
  });
}

async function carryOut(
  dependencies: ApiDependencies,
  request: Request,
  path: string,
  requestId: string,
): Promise<Answer> {
  authenticate(request.headers, dependencies.secretKeys);
  const form = decodeForm(request.method === "POST" ? await readForm(request) : queryOf(request));
  const { method } = request;
  const { store, closing } = dependencies;
  // From here to the commit nothing waits, so requests are carried out one after the other.
  const fate = drawRequestFate(store, method, path);
  const claim = fate.ignoresKey ? null : readClaim(request, path, form);
  const execution = { method, path, form, claim, requestId, fate };
  const answer = isCarriedOut(fate) ? await answerOf(dependencies, execution) : null;
  await store.synced();
  if (fate.ending !== null) await meet(fate.ending, AbortSignal.any([request.signal, closing]));
  if (answer === null) throw new Error("what is not carried out ends in some other way");
  return answer;
}

/** The answer given to the same key before, or that of the execution, refusals included. */
async function answerOf(dependencies: ApiDependencies, execution: Execution): Promise<Answer> {
  const { claim, fate } = execution;
  try {
    const saved = claim === null ? undefined : findSavedAnswer(dependencies.store, claim);
    if (saved !== undefined) {
      return { status: saved.status, body: saved.body, replayOf: saved.requestId };
    }
    const { answer, deliveryIds } = execute(dependencies, execution);
    if (fate.sendsWebhooksFirst) await dependencies.deliverFirst(deliveryIds);
    return answer;
  } catch (error) {
    if (error instanceof Refusal) return asAnswer(refused(error));
    throw error;
  }
}

type Execution = {
  readonly method: string;
  readonly path: string;
  readonly form: FormTree;
  readonly claim: Claim | null;
  readonly requestId: string;
  readonly fate: RequestFate;
};

type Executed = { readonly answer: Answer; readonly deliveryIds: readonly string[] };

/** Runs the route and commits what it did together with the answer that is kept under its key. */
function execute(dependencies: ApiDependencies, execution: Execution): Executed {
  const { store, now, randomBytes, commit } = dependencies;
  const { claim, requestId, fate } = execution;
  const newTransaction = () => {
    const request = { id: requestId, idempotencyKey: claim?.key ?? null };
    return new Transaction(store, { nowMs: now(), randomBytes, request });
  };
  let tx = newTransaction();
  let reply: Reply;
  try {
    reply = runRoute(tx, dependencies.render, execution);
  } catch (error) {
    if (!(error instanceof Refusal) || error.isValidation) throw error;
    tx = newTransaction();
    reply = refused(error);
  }
  const isFailing = fate.ending?.fault === "server_error";
  const answer = asAnswer(isFailing ? failed(500, serverError) : reply);
  if (claim !== null) {
    const { key: id, path, digest } = claim;
    tx.put("saved_answer", { id, path, digest, requestId, ...answer });
  }
  return { answer, deliveryIds: commit(tx.changes) };
}

function runRoute(tx: Transaction, render: Render, { method, path, form }: Execution): Reply {
  const found = findRoute(method, path);
  if (found === undefined) {
    const message = `Unrecognized request URL (${method}: ${path}). This sandbox answers a part of Stripe's API.`;
    throw new Refusal(404, { type: "invalid_request_error", message }, { isValidation: true });
  }
  const params = new Params(form);
  const expanded = params.texts("expand") ?? [];
  const reply = found.route.handle({ tx, id: found.id, params, render });
  params.refuseUnknown();
  if (reply.status === 200) expandPaths(reply.body, expanded, createLookup(tx, render));
  return reply;
}

async function readForm(request: Request): Promise<string> {
  const type = request.headers.get("content-type") ?? "application/x-www-form-urlencoded";
  const body = await readBody(request);
  if (body === "" || type.startsWith("application/x-www-form-urlencoded")) return body;
  const message = "Send parameters as application/x-www-form-urlencoded.";
  throw new Refusal(400, { type: "invalid_request_error", message }, { isValidation: true });
}

function queryOf(request: Request): string {
  return new URL(request.url).search.slice(1);
}

function echoedKey(request: Request): Record<string, string> {
  const key = request.headers.get("idempotency-key");
  return key === null ? {} : { "idempotency-key": key };
}

function refused(refusal: Refusal): Reply {
  return { status: refusal.status, body: errorBody(refusal.body) };
}

function asAnswer({ status, body }: Reply): Answer {
  return { status, body: JSON.stringify(body) };
}
