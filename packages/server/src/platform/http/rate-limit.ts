import type { onRequestHookHandler } from "fastify";
import type { Clock } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";

/** How long requests are counted before the count begins anew. */
const RATE_WINDOW_MS = 10_000;

/**
 * Counts the requests of each access token, and refuses what goes beyond `requestsMax` in a window with
 * `rate_limit_exceeded`. Every answer says where its token stands, in the headers of the IETF's draft
 * (draft-ietf-httpapi-ratelimit-headers, from its eighth version on). The count is this process's own.
 */
export function limitRate(clock: Clock, requestsMax: number): onRequestHookHandler {
  const policy = `"token";q=${requestsMax};w=${RATE_WINDOW_MS / 1000}`;
  const counts = new Map<bigint, number>();
  let windowNumber = 0;

  return (request, reply, done) => {
    const nowMs = clock.now();
    const current = Math.floor(nowMs / RATE_WINDOW_MS);
    // One window for all tokens: what is remembered never outgrows the tokens of ten seconds.
    if (current !== windowNumber) counts.clear();
    windowNumber = current;

    const { tokenId } = request.caller;
    const count = (counts.get(tokenId) ?? 0) + 1;
    counts.set(tokenId, count);
    const secondsLeft = Math.ceil(((current + 1) * RATE_WINDOW_MS - nowMs) / 1000);
    const remaining = Math.max(0, requestsMax - count);
    reply.header("ratelimit-policy", policy);
    reply.header("ratelimit", `"token";r=${remaining};t=${secondsLeft}`);
    if (count <= requestsMax) return done();
    done(new BillingError("rate_limit_exceeded", { retryAfterSeconds: secondsLeft }));
  };
}
