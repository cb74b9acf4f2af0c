import { Type } from "typebox";
import type { ErrorShape } from "#platform/http/surface.ts";
import { Closed } from "#platform/http/wire.ts";

/** How the metered surface says no: `{"state": "error", "error": {"code", "message"}, …}`. */
export const meteredErrors: ErrorShape = {
  contentType: "application/json",
  schema: Closed({
    state: Type.Literal("error"),
    error: Type.Object({ code: Type.String(), message: Type.String() }),
    request_id: Type.String(),
  }),
  body: ({ code, message, errors, details }, requestId) => ({
    state: "error",
    error: { ...details, code, message, ...(errors === undefined ? {} : { errors }) },
    request_id: requestId,
  }),
};
