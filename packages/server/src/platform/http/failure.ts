import { BillingError, type ErrorCode, type ErrorKind, errorCodes } from "#kernel/error.ts";

/** One field of a request that does not have the documented form. */
export interface FieldError {
  /** JSON pointer: `/prices/0/name`. */
  readonly path: string;
  readonly message: string;
}

/** What went wrong with a request, before a surface gives it its own shape. */
export interface Failure {
  readonly status: number;
  readonly code: ErrorCode | "internal_error";
  readonly message: string;
  /** What the caller may know beside the code. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly errors?: readonly FieldError[];
}

/** The status each kind of refusal has on every surface. */
const statusOfKind: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  payment_required: 402,
  forbidden: 403,
  not_found: 404,
  wrong_method: 405,
  conflict: 409,
  too_large: 413,
  unsupported: 415,
  unprocessable: 422,
  too_many_requests: 429,
  unavailable: 503,
};

export function statusOfCode(code: ErrorCode): number {
  return statusOfKind[errorCodes[code].kind];
}

/** What Fastify itself refuses before a route sees the request. */
const FRAMEWORK_CODES: ReadonlyMap<string, ErrorCode> = new Map([
  ["FST_ERR_BAD_URL", "route_not_found"],
  ["FST_ERR_CTP_BODY_TOO_LARGE", "body_too_large"],
  ["FST_ERR_CTP_EMPTY_JSON_BODY", "body_malformed"],
  ["FST_ERR_CTP_INVALID_CONTENT_LENGTH", "body_malformed"],
  ["FST_ERR_CTP_INVALID_JSON_BODY", "body_malformed"],
  ["FST_ERR_CTP_INVALID_MEDIA_TYPE", "media_type_unsupported"],
  ["FST_ERR_MAX_PARAM_LENGTH", "route_not_found"],
]);

/** Reads whatever was thrown. Anything that is no refusal is our own fault: a 500 without details. */
export function failureOf(error: unknown): Failure {
  const refusal = refusalOf(error);
  if (refusal === null) {
    return {
      status: 500,
      code: "internal_error",
      message: "The server failed to answer this request. It has been told to its operator.",
      details: {},
    };
  }
  // `cause` is for the log: it says how this server is built, not what the caller could do.
  const { errors, cause: _, ...details } = refusal.details;
  return {
    status: statusOfKind[refusal.kind],
    code: refusal.code,
    message: refusal.message,
    details,
    ...(Array.isArray(errors) ? { errors: errors as readonly FieldError[] } : {}),
  };
}

function refusalOf(error: unknown): BillingError | null {
  if (error instanceof BillingError) return error;
  const code = FRAMEWORK_CODES.get(String((error as { code?: unknown } | null)?.code));
  return code === undefined ? null : new BillingError(code);
}
