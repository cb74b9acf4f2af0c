import type { IncomingHttpHeaders } from "node:http";
import type { FastifyRequest, onRequestHookHandler } from "fastify";
import { BillingError } from "#kernel/error.ts";
import type { Authenticate, Caller, Scope } from "./caller.ts";

const SCHEME = "Bearer ";
const TOKEN_LENGTH_MAX = 256;

/** Lets a request in whose token may do what the route asks for. */
export function requireScope(authenticate: Authenticate, scope: Scope): onRequestHookHandler {
  return (request, _reply, done) => {
    const caller = authenticate(tokenOf(request.headers));
    if (caller instanceof Promise) {
      caller.then((found) => done(admit(request, found, scope)), done);
    } else {
      done(admit(request, caller, scope));
    }
  };
}

function admit(request: FastifyRequest, caller: Caller, scope: Scope): BillingError | undefined {
  if (!caller.scopes.has(scope)) return new BillingError("scope_missing", { scope });
  request.authenticated = caller;
  return undefined;
}

/** The token of a request: `Authorization: Bearer …`, or `X-API-Key`. */
function tokenOf(headers: IncomingHttpHeaders): string {
  const { authorization, "x-api-key": apiKey } = headers;
  const token = authorization === undefined ? apiKey : bearerToken(authorization);
  if (token === undefined || token === "") throw new BillingError("access_token_missing");
  if (typeof token !== "string" || token.length > TOKEN_LENGTH_MAX) {
    throw new BillingError("access_token_invalid");
  }
  return token;
}

function bearerToken(authorization: string): string {
  const isBearer =
    authorization.startsWith(SCHEME) ||
    authorization.slice(0, SCHEME.length).toLowerCase() === SCHEME.toLowerCase();
  if (!isBearer) throw new BillingError("access_token_invalid");
  return authorization.slice(SCHEME.length).trim();
}
