import type { FastifyReply, FastifyRequest, onRequestHookHandler } from "fastify";
import { BillingError } from "#kernel/error.ts";
import { type Surface, surfaceAt } from "./surface.ts";

/**
 * What every answer carries: the request's id and the API version that was asked for. What a browser
 * could show or keep, the answer to a GET, is also neither guessed at nor kept by anyone on the way.
 */
export function answerHeaders(surfaces: readonly Surface[]): onRequestHookHandler {
  return (request, reply, done) => {
    request.startedAtMs = performance.now();
    reply.header("x-request-id", request.id);
    if (request.method !== "POST") {
      reply.header("x-content-type-options", "nosniff");
      reply.header("cache-control", "no-store");
    }
    done(echoVersion(request, reply, surfaces));
  };
}

/** Repeats the API version that was asked for, or refuses one that the surface does not have. */
function echoVersion(
  { headers, url }: FastifyRequest,
  reply: FastifyReply,
  surfaces: readonly Surface[],
): BillingError | undefined {
  const version = headers["x-api-version"];
  if (version === undefined) return undefined;
  const supported = surfaceAt(url, surfaces)?.apiVersions;
  if (supported === undefined) return undefined;
  if (typeof version !== "string" || !supported.includes(version)) {
    return new BillingError("api_version_unknown", { supported });
  }
  reply.header("x-api-version", version);
  return undefined;
}
