import type { RouteOptions } from "fastify";
import type { TSchema } from "typebox";
import { assert } from "#kernel/assert.ts";
import type { ErrorCode } from "#kernel/error.ts";
import type { RouteConfig } from "./route-config.ts";
import type { Surface } from "./surface.ts";

/** What is known of a route beyond its own schema: for the OpenAPI file and the error handler. */
export interface Operation {
  readonly operationId: string;
  readonly surface: Surface;
  readonly config: RouteConfig;
  readonly takesIdempotencyKey: boolean;
  /** Every refusal that the route can answer, its own and those that any such route can give. */
  readonly refuses: ReadonlySet<ErrorCode>;
}

interface RouteSchema {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly hide?: boolean;
  readonly body?: TSchema;
  readonly querystring?: TSchema & { readonly properties?: Readonly<Record<string, unknown>> };
  readonly response?: Readonly<Record<string, unknown>>;
}

const TOKEN_CODES = [
  "access_token_missing",
  "access_token_invalid",
  "access_token_expired",
  "access_token_revoked",
  "scope_missing",
  "database_unavailable",
] as const;
const BODY_CODES = ["body_malformed", "body_too_large", "media_type_unsupported"] as const;
const IDEMPOTENCY_CODES = [
  "idempotency_key_invalid",
  "idempotency_key_reused",
  "idempotency_request_in_flight",
] as const;

/**
 * Reads a route as it is registered, and refuses one that would be undocumented, open by mistake or
 * deaf to unknown fields. Null for a hidden route.
 */
export function operationOf(route: RouteOptions, surface: Surface): Operation | null {
  const schema = (route.schema ?? {}) as RouteSchema;
  const config = (route.config ?? {}) as RouteConfig;
  const name = `${String(route.method)} ${route.url}`;
  assert(
    (config.scope === undefined) !== (config.public === undefined),
    `${name} has either a scope or is public`,
  );
  if (schema.body !== undefined) assertClosed(schema.body, `the body of ${name}`);
  if (schema.hide === true) return null;

  assert(config.public === true || config.refuses !== undefined, `${name} declares its refusals`);
  const { operationId, summary, tags } = schema;
  assert(operationId && summary && tags, `${name} has an operationId, a summary and tags`);
  const takesIdempotencyKey = route.method === "POST" && config.scope !== undefined;
  return {
    operationId,
    surface,
    config,
    takesIdempotencyKey,
    refuses: new Set([
      ...(config.refuses ?? []),
      ...(surface.apiVersions === undefined ? [] : (["api_version_unknown"] as const)),
      ...commonCodes(route, config, takesIdempotencyKey),
    ]),
  };
}

function commonCodes(
  { method, schema }: RouteOptions,
  config: RouteConfig,
  takesIdempotencyKey: boolean,
): ErrorCode[] {
  const { body, querystring } = (schema ?? {}) as RouteSchema;
  return [
    ...(isRateLimited(config) ? (["rate_limit_exceeded"] as const) : []),
    "parameter_invalid",
    ...(method === "GET" ? [] : (["body_invalid"] as const)),
    ...(config.scope === undefined ? [] : TOKEN_CODES),
    ...(body === undefined && config.rawBody === undefined ? [] : BODY_CODES),
    ...(takesIdempotencyKey ? IDEMPOTENCY_CODES : []),
    ...(querystring?.properties?.["cursor"] === undefined ? [] : (["cursor_invalid"] as const)),
  ];
}

/** Whether the requests of a route count against what its token may send. */
export function isRateLimited({ scope, rateLimit }: RouteConfig): boolean {
  return scope !== undefined && rateLimit !== "none";
}

/** The one status a route answers when all is well; 200 when its schema does not name just one. */
export function successStatus(route: RouteOptions): number {
  const { response = {} } = (route.schema ?? {}) as RouteSchema;
  const [status, ...others] = Object.keys(response).filter((key) => /^2\d\d$/.test(key));
  return status === undefined || others.length > 0 ? 200 : Number(status);
}

/** An object schema that says nothing of other fields would take them in silence. */
function assertClosed(schema: unknown, what: string): void {
  if (typeof schema !== "object" || schema === null) return;
  const { type, additionalProperties } = schema as Record<string, unknown>;
  assert(
    type !== "object" || additionalProperties !== undefined,
    `${what} says what becomes of unknown fields`,
  );
  for (const member of Object.values(schema)) assertClosed(member, what);
}
