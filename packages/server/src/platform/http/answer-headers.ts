import type { onRequestHookHandler } from "fastify";
import { BillingError } from "#kernel/error.ts";

const SANE_VERSION = /^[\w.-]{1,32}$/;

/**
 * What every answer carries: the request's id and the API version that was asked for. What a browser
 * could show or keep, the answer to a GET, is also neither guessed at nor kept by anyone on the way.
 */
export const answerHeaders: onRequestHookHandler = (request, reply, done) => {
  request.startedAtMs = performance.now();
  reply.header("x-request-id", request.id);
  if (request.method !== "POST") {
    reply.header("x-content-type-options", "nosniff");
    reply.header("cache-control", "no-store");
  }
  const version = request.headers["x-api-version"];
  if (version === undefined) return done();
  if (typeof version !== "string" || !SANE_VERSION.test(version)) {
    return done(new BillingError("api_version_unknown"));
  }
  reply.header("x-api-version", version);
  done();
};
