import type { FastifyInstance, FastifyRequest } from "fastify";
import { BillingError } from "#kernel/error.ts";

const DEPTH_MAX = 32;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

// With the u flag a surrogate is one that stands alone.
const UNSTORABLE = /[\0\p{Surrogate}]/u;

/**
 * Takes bodies as `application/json` and nothing else. Refused beside malformed text: prototype
 * poisoning, nesting beyond 32 levels (a deep body could exhaust the stack of whatever walks it) and
 * text that PostgreSQL cannot store (NUL, halves of surrogate pairs).
 */
export function readJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeContentTypeParser(["application/json", "text/plain"]);
  app.addContentTypeParser<string>(
    "application/json",
    { parseAs: "string" },
    (request, text, done) => {
      if (request.isBodyRaw) return done(null, text);
      if (text === "" && mayBeEmpty(request)) return done(null, undefined);
      if (isTooDeep(text)) return done(new BillingError("body_malformed"));
      if (!text.includes("\\u")) return parse(request, text, done);
      return parse(request, text, (error, body) => {
        const refusal = error ?? (hasOnlyStorableText(body) ? null : unstorableText());
        done(refusal, body);
      });
    },
  );
}

/** Clients that always send `application/json` send it also where there is nothing to say. */
function mayBeEmpty({ routeOptions: { config, schema } }: FastifyRequest): boolean {
  return config.emptyBody === true || schema?.body === undefined;
}

/** Whether objects and arrays nest too deep, told from the text so that none is built. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charCodeAt(index);
    if (isInString) {
      if (character === BACKSLASH) index += 1;
      else if (character === QUOTE) isInString = false;
    } else if (character === QUOTE) isInString = true;
    else depth += nesting(character);
    if (depth > DEPTH_MAX) return true;
  }
  return false;
}

/** `[` and `{` open, `]` and `}` close: they differ from one another in the bit 0x20 only. */
function nesting(character: number): -1 | 0 | 1 {
  const bracket = character | 0x20;
  if (bracket === 0x7b) return 1;
  return bracket === 0x7d ? -1 : 0;
}

/** Whether each string of a JSON value can be stored as text. */
export function hasOnlyStorableText(value: unknown): boolean {
  if (typeof value === "string") return !UNSTORABLE.test(value);
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(
    ([key, member]) => hasOnlyStorableText(key) && hasOnlyStorableText(member),
  );
}

function unstorableText(): BillingError {
  return new BillingError("body_invalid", {
    errors: [{ path: "", message: "text holds no NUL and no half of a surrogate pair" }],
  });
}
