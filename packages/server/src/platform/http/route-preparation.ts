import type {
  FastifyBaseLogger,
  onRequestHookHandler,
  onSendHookHandler,
  preValidationHookHandler,
  RouteOptions,
} from "fastify";
import { type TSchema, Type } from "typebox";
import { assert, present } from "#kernel/assert.ts";
import type { AllowedMethods } from "./allowed-methods.ts";
import { requireScope } from "./authentication.ts";
import type { Authenticate } from "./caller.ts";
import { checkIdempotencyKey } from "./idempotency.ts";
import { type AnswerLog, answerLog } from "./log.ts";
import type { RequestDurations, RouteDurations } from "./metrics.ts";
import { isRateLimited, type Operation, operationOf, successStatus } from "./operation.ts";
import { PreviewQuery, previewWhenAsked } from "./preview.ts";
import type { Surface } from "./surface.ts";
import { Closed } from "./wire.ts";

export interface RoutePreparationDeps {
  readonly authenticate: Authenticate;
  readonly logger: FastifyBaseLogger;
  readonly durations: RequestDurations;
  readonly allowed: AllowedMethods;
  readonly operations: Map<string, Operation>;
  /** Counts the requests of tokens; null where they may send as many as they like. */
  readonly rateLimit: onRequestHookHandler | null;
}

/**
 * Gives a route, as it is registered, the hooks that its configuration asks for. What a route does not
 * need costs its requests nothing.
 */
export function prepareRoute(
  route: RouteOptions,
  surface: Surface,
  deps: RoutePreparationDeps,
): void {
  const { authenticate, logger, durations, allowed, operations, rateLimit } = deps;
  const { url, config = {} } = route;
  const method = String(route.method);
  if (config.scope !== undefined) closeAddress(route);
  const operation = operationOf(route, surface);
  if (operation !== null) {
    assert(
      !operations.has(operation.operationId),
      `${operation.operationId} is one operation's name`,
    );
    operations.set(operation.operationId, operation);
  }
  allowed.add(method, url);

  const status = successStatus(route);
  if (config.previews === true) offerPreview(route, surface, status);
  route.onRequest = [
    ...(config.scope === undefined ? [] : [requireScope(authenticate, config.scope)]),
    ...(rateLimit !== null && isRateLimited(config) ? [rateLimit] : []),
    ...(method === "POST" && config.scope !== undefined ? [checkIdempotencyKey] : []),
    ...(config.rawBody === true ? [keepBodyRaw] : []),
    ...(status === 200 ? [] : [succeedWith(status)]),
    ...listOf(route.onRequest),
  ];
  route.preValidation = [
    ...(config.emptyBody === true ? [fillEmptyBody] : []),
    ...listOf(route.preValidation),
  ];
  route.onSend = [
    ...listOf(route.onSend),
    observeAnswer(
      durations.ofRoute(method, url),
      config.requestLog === "none" ? null : answerLog(logger, url),
    ),
  ];
}

/**
 * What a token reaches and reads nothing from its address takes nothing there: a `dry_run` where none is
 * offered would be passed over, and the write made. Pages and a provider's notices come with foreign words.
 */
function closeAddress(route: RouteOptions): void {
  route.schema = { querystring: Closed({}), ...route.schema };
}

/** Adds to a route's description, and to what it does, that it can be previewed. */
function offerPreview(route: RouteOptions, { name, preview }: Surface, status: number): void {
  const shape = present(preview, `the surface ${name} previews writes`);
  const schema = route.schema as { response: Record<number, TSchema> };
  const answer = present(schema.response[status], "what is previewed has an answer");
  const previewSchema = shape.schema(answer);
  const form = status === 200 ? Type.Union([answer, previewSchema]) : previewSchema;
  route.schema = {
    ...route.schema,
    querystring: PreviewQuery,
    response: { ...schema.response, 200: form },
  };
  route.preHandler = [...listOf(route.preHandler), previewWhenAsked(shape)];
}

/**
 * Measures and logs when the answer is ready. Waiting until it has left would cost two listeners a
 * request, and would count a slow client as a slow server.
 */
function observeAnswer(figures: RouteDurations, log: AnswerLog | null): onSendHookHandler {
  return (request, reply, _payload, done) => {
    const durationMs = performance.now() - request.startedAtMs;
    figures.add(reply.statusCode, durationMs);
    log?.(request, reply, durationMs);
    done();
  };
}

const keepBodyRaw: onRequestHookHandler = (request, _reply, done) => {
  request.isBodyRaw = true;
  done();
};

function succeedWith(status: number): onRequestHookHandler {
  return (_request, reply, done) => {
    reply.code(status);
    done();
  };
}

const fillEmptyBody: preValidationHookHandler = (request, _reply, done) => {
  request.body ??= {};
  done();
};

function listOf<Hook>(hooks: Hook | Hook[] | undefined): Hook[] {
  if (hooks === undefined) return [];
  return Array.isArray(hooks) ? hooks : [hooks];
}
