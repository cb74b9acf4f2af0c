import { Type } from "typebox";
import type { Failure } from "./failure.ts";
import type { ErrorShape } from "./surface.ts";

const ProblemSchema = Type.Object({
  type: Type.String({ examples: ["urn:farthing:problem:plan_not_found"] }),
  title: Type.String({ examples: ["Plan not found"] }),
  status: Type.Integer({ examples: [404] }),
  detail: Type.String({ examples: ["No plan has this id."] }),
  code: Type.String({ description: "One of the documented codes", examples: ["plan_not_found"] }),
  request_id: Type.String({ examples: ["req_5f1c09d22k"] }),
  errors: Type.Optional(
    Type.Array(
      Type.Object({
        path: Type.String({ description: "JSON pointer", examples: ["/name"] }),
        message: Type.String({ examples: ["must be string"] }),
      }),
      { description: "The fields that do not have the documented form" },
    ),
  ),
  details: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), { description: "What else the code tells" }),
  ),
});

/** RFC 9457: the error body of the operator API, and of every address that no surface owns. */
export const problemErrors: ErrorShape = {
  contentType: "application/problem+json",
  schema: ProblemSchema,
  body: (failure, requestId) => ({
    type: `urn:farthing:problem:${failure.code}`,
    title: title(failure),
    status: failure.status,
    detail: failure.message,
    code: failure.code,
    request_id: requestId,
    ...(failure.errors === undefined ? {} : { errors: failure.errors }),
    ...(Object.keys(failure.details).length === 0 ? {} : { details: failure.details }),
  }),
};

function title({ code }: Failure): string {
  return code.charAt(0).toUpperCase() + code.slice(1).replaceAll("_", " ");
}
