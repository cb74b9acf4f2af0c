import cors from "@fastify/cors";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  fastify,
} from "fastify";
import type { Registry } from "prom-client";
import { allowedMethods } from "./allowed-methods.ts";
import { answerHeaders, beginAnswer, type HeaderWriter } from "./answer-headers.ts";
import type { Authenticate } from "./caller.ts";
import { errorHandler, type OnUndeclaredRefusal } from "./error-handler.ts";
import { type HealthDeps, healthRoutes } from "./health.ts";
import { readJsonBodies } from "./json-body.ts";
import { requestDurations } from "./metrics.ts";
import { sendNotFound } from "./not-found.ts";
import { describeApi } from "./openapi.ts";
import type { Operation } from "./operation.ts";
import { problemErrors } from "./problem.ts";
import { limitRate } from "./rate-limit.ts";
import { requestIds } from "./request-id.ts";
import { prepareRoute, type RoutePreparationDeps } from "./route-preparation.ts";
import { type Surface, surfaceAt } from "./surface.ts";
import { decorateWithTransactions, type TransactionDeps } from "./transactions.ts";
import { compileValidator } from "./validation.ts";

export interface HttpServerOptions extends TransactionDeps, HealthDeps {
  readonly authenticate: Authenticate;
  readonly logger: FastifyBaseLogger;
  readonly metrics: Registry;
  readonly surfaces: readonly Surface[];
  /** Where this server is reached: for its API description. */
  readonly publicUrl: string;
  readonly version: string;
  /** Origins whose pages may call the API from a browser. */
  readonly corsOrigins: readonly string[];
  /** How many requests a token may send in ten seconds, apart from usage; null for any number. */
  readonly requestsPerTokenMax: number | null;
  readonly bodyLimitBytes?: number;
  readonly onUndeclaredRefusal?: OnUndeclaredRefusal;
}

const BODY_LIMIT_BYTES = 8 * 1024 * 1024;
const REQUEST_TIMEOUT_MS = 60_000;
const EXPOSED_HEADERS = [
  "Idempotent-Replayed",
  "RateLimit",
  "RateLimit-Policy",
  "Retry-After",
  "X-API-Version",
  "X-Request-Id",
];

/**
 * The HTTP server with every surface on it, ready to listen or to be called by `inject`. `close()`
 * stops taking connections, lets the requests in flight finish and then answers.
 */
export async function createHttpServer(options: HttpServerOptions): Promise<FastifyInstance> {
  const { surfaces, corsOrigins, clock, requestsPerTokenMax } = options;
  const writeHeaders = answerHeaders(surfaces);
  const app = createApp(options, writeHeaders);
  const operations = new Map<string, Operation>();
  const allowed = allowedMethods();

  readJsonBodies(app);
  decorateWithTransactions(app, options);
  app.decorateRequest("startedAtMs", 0);
  app.decorateRequest("isBodyRaw", false);
  app.addHook("onRequest", beginAnswer(writeHeaders, surfaces));
  app.setErrorHandler(errorHandler(options.logger, problemErrors, () => undefined));
  app.setNotFoundHandler((request, reply) => sendNotFound(request, reply, surfaces, allowed));

  if (corsOrigins.length > 0) {
    await app.register(cors, { origin: [...corsOrigins], exposedHeaders: EXPOSED_HEADERS });
  }
  if (surfaces.length > 0) await describeApi(app, { ...options, operations });
  await app.register(healthRoutes(options));
  const durations = requestDurations(options.metrics);
  const rateLimit = requestsPerTokenMax === null ? null : limitRate(clock, requestsPerTokenMax);
  for (const surface of surfaces) {
    await registerSurface(app, surface, { ...options, durations, operations, allowed, rateLimit });
  }
  await app.ready();
  return app;
}

function createApp(
  { bodyLimitBytes, logger, surfaces }: HttpServerOptions,
  writeHeaders: HeaderWriter,
): FastifyInstance {
  return fastify({
    // Fastify's logger makes a child and two listeners for each request, a fifth of what a small one
    // costs. Routes and the error handler are given the logger themselves.
    logger: false,
    requestIdHeader: false,
    genReqId: requestIds(),
    bodyLimit: bodyLimitBytes ?? BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // While stopping, what still arrives on an open connection is served.
    return503OnClosing: false,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: (error, request, reply) => {
      writeHeaders(request, reply);
      const shape = surfaceAt(request.url, surfaces)?.errors ?? problemErrors;
      errorHandler(logger, shape, () => undefined)(error, request, reply);
    },
  })
    .setValidatorCompiler(compileValidator)
    .withTypeProvider<TypeBoxTypeProvider>();
}

interface SurfaceDeps extends RoutePreparationDeps {
  readonly onUndeclaredRefusal?: OnUndeclaredRefusal;
}

/** A surface is a scope of its own, so that its error shape ends where it ends. */
async function registerSurface(
  app: FastifyInstance,
  surface: Surface,
  deps: SurfaceDeps,
): Promise<void> {
  const { logger, operations, onUndeclaredRefusal } = deps;
  await app.register(async (scope) => {
    scope.setErrorHandler(
      errorHandler(logger, surface.errors, (code, request) => {
        const operation = operations.get(operationIdOf(request));
        if (operation === undefined || operation.refuses.has(code)) return;
        onUndeclaredRefusal?.(code, operation.operationId);
      }),
    );
    scope.addHook("onRoute", (route) => prepareRoute(route, surface, deps));
    for (const routes of surface.routes) await scope.register(routes);
  });
}

function operationIdOf(request: FastifyRequest): string {
  return request.routeOptions.schema?.operationId ?? "";
}
