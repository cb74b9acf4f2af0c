import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";

const SANE_ID = /^[\w.:-]{1,128}$/;

/**
 * Names each request: as the caller did in `X-Request-Id` when that is short and plain, else by a
 * number that counts on behind eight characters of this process.
 */
export function requestIds(): (request: Pick<IncomingMessage, "headers">) => string {
  const processName = randomBytes(5).toString("hex").slice(0, 8);
  let count = 0;
  return ({ headers }) => {
    const given = headers["x-request-id"];
    if (typeof given === "string" && SANE_ID.test(given)) return given;
    count += 1;
    return `req_${processName}${count.toString(36)}`;
  };
}
