import type { FastifyReply, FastifyRequest, onRequestHookHandler } from "fastify";
import { BillingError } from "#kernel/error.ts";
import { PAGE_HEADERS } from "./page-headers.ts";
import { type Surface, surfaceAt } from "./surface.ts";

export type HeaderWriter = (request: FastifyRequest, reply: FastifyReply) => void;

/**
 * Writes what every answer carries, also one that no hook sees: the request's id. What a browser could
 * show or keep, a page or the answer to a GET, is also neither guessed at nor kept by anyone on the way.
 */
export function answerHeaders(surfaces: readonly Surface[]): HeaderWriter {
  const pages = surfaces.filter(({ sends }) => sends === "pages");
  return (request, reply) => {
    reply.header("x-request-id", request.id);
    const isPage = surfaceAt(request.url, pages) !== undefined;
    if (isPage) reply.headers({ ...PAGE_HEADERS });
    if (isPage || request.method !== "POST") {
      reply.header("x-content-type-options", "nosniff");
      reply.header("cache-control", "no-store");
    }
  };
}

/** Begins an answer: its headers, and the API version that was asked for. */
export function beginAnswer(
  write: HeaderWriter,
  surfaces: readonly Surface[],
): onRequestHookHandler {
  return (request, reply, done) => {
    request.startedAtMs = performance.now();
    write(request, reply);
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
