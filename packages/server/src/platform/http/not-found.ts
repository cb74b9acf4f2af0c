import type { FastifyReply, FastifyRequest } from "fastify";
import { BillingError } from "#kernel/error.ts";
import type { AllowedMethods } from "./allowed-methods.ts";
import { sendFailure } from "./error-handler.ts";
import { failureOf } from "./failure.ts";
import { problemErrors } from "./problem.ts";
import { type Surface, surfaceAt } from "./surface.ts";

/** Answers what no route takes: a wrong method with the right ones, a wrong address in the shape of
 * the surface below which it lies. */
export function sendNotFound(
  request: FastifyRequest,
  reply: FastifyReply,
  surfaces: readonly Surface[],
  allowed: AllowedMethods,
): FastifyReply {
  const path = request.url.split("?", 1)[0] ?? "";
  const shape = surfaceAt(path, surfaces)?.errors ?? problemErrors;
  const methods = allowed.at(path);
  if (methods.length === 0) {
    return sendFailure(failureOf(new BillingError("route_not_found")), shape, reply);
  }
  reply.header("allow", methods.join(", "));
  return sendFailure(failureOf(new BillingError("method_not_allowed")), shape, reply);
}
