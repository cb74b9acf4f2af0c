import type { FastifyBaseLogger, FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { BillingError, type ErrorCode } from "#kernel/error.ts";
import { type Failure, failureOf } from "./failure.ts";
import type { ErrorShape } from "./surface.ts";

const SERVER_ERROR = 500;

/** Told of a refusal that its route does not declare, so that a test can fail on it. */
export type OnUndeclaredRefusal = (code: ErrorCode, operationId: string) => void;

/** The error handler of a surface: reads what was thrown, logs it if it is our fault, answers. */
export function errorHandler(
  logger: FastifyBaseLogger,
  shape: ErrorShape,
  onRefusal: (code: ErrorCode, request: FastifyRequest) => void,
) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const failure = failureOf(error);
    logFailure(logger, error, failure, request);
    if (failure.code !== "internal_error") onRefusal(failure.code, request);
    return sendFailure(failure, shape, reply);
  };
}

/** Answers a failure in a surface's shape. */
export function sendFailure(
  failure: Failure,
  shape: ErrorShape,
  reply: FastifyReply,
): FastifyReply {
  const { status, details } = failure;
  if (status === 401) reply.header("www-authenticate", "Bearer");
  if (status === 429 || status === 503) {
    const { retryAfterSeconds } = details as { retryAfterSeconds?: number };
    reply.header("retry-after", String(retryAfterSeconds ?? 1));
  }
  const body = shape.body(failure, reply.request.id);
  return reply
    .code(status)
    .type(shape.contentType)
    .send(typeof body === "string" ? body : JSON.stringify(body, bigintAsText));
}

function logFailure(
  logger: FastifyBaseLogger,
  error: FastifyError,
  failure: Failure,
  request: FastifyRequest,
): void {
  const { method, id, url, ip, authenticated, headers } = request;
  const refused = { request_id: id, method, url, code: failure.code };
  if (failure.status === SERVER_ERROR) {
    const caller = authenticated && {
      project_id: authenticated.projectId,
      token_id: String(authenticated.tokenId),
    };
    logger.error(
      { err: error, request_id: id, method, url, ip, caller, headers },
      "a request failed",
    );
  } else if (failure.status > SERVER_ERROR) {
    // No defect of ours, so no stack; the operator wants to know what is missing all the same.
    const details = error instanceof BillingError ? error.details : {};
    logger.warn({ ...refused, details }, "a request could not be served");
  } else {
    logger.debug(refused, "a request was refused");
  }
}

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
