import { type ErrorCode, errorCodes } from "../../packages/server/src/kernel/error.ts";
import { statusOfCode } from "../../packages/server/src/platform/http/failure.ts";
import { code, GENERATED, page, table } from "./markdown.ts";

export function errorCodesPage(): string {
  const codes = (Object.keys(errorCodes) as ErrorCode[]).toSorted();
  return page(
    "# Error codes",
    GENERATED,
    "Every refusal has one of these codes, from the table in `packages/server/src/kernel/error.ts`. The operator API answers it as an RFC 9457 problem, the other surfaces in their own shapes; the code and the status are the same everywhere. Which of them a route can answer stands in [openapi.json](openapi.json).",
    "```json\n" + JSON.stringify(EXAMPLE, null, 2) + "\n```",
    table(
      ["Code", "Status", "Meaning"],
      [
        ...codes.map((name) => [code(name), String(statusOfCode(name)), errorCodes[name].means]),
        [
          code("internal_error"),
          "500",
          "The server's own fault. It is logged whole, by its `request_id`.",
        ],
      ],
    ),
    "An answer of 429 or 503 says in `Retry-After` how many seconds to wait. The request id is also the header `X-Request-Id` of every answer.",
  );
}

const EXAMPLE = {
  type: "urn:farthing:problem:plan_not_found",
  title: "Plan not found",
  status: statusOfCode("plan_not_found"),
  detail: errorCodes.plan_not_found.means,
  code: "plan_not_found",
  request_id: "req_5f1c09d22k",
};
