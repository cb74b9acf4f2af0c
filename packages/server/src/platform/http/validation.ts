import type { FastifySchemaCompiler } from "fastify";
import type { TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { assert } from "#kernel/assert.ts";
import { BillingError } from "#kernel/error.ts";
import type { FieldError } from "./failure.ts";
import { fieldErrors } from "./field-errors.ts";
import { hasOnlyStorableText } from "./json-body.ts";

type LooseObject = { readonly properties?: Readonly<Record<string, LooseSchema>> };
type LooseSchema = { readonly type?: unknown; readonly default?: unknown };

/**
 * Validates with TypeBox's own compiler. A body is taken as it stands: nothing is converted, filled in
 * or dropped. What arrives in the address is text, so its whole numbers and booleans are read, and its
 * defaults filled in.
 */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const validator = Compile(schema);
  const errorsOf = (value: unknown) => (validator.Check(value) ? null : fieldErrors(schema, value));
  if (httpPart === "body") {
    return (value: unknown) => {
      const errors = errorsOf(value);
      return errors === null ? { value } : { error: new BillingError("body_invalid", { errors }) };
    };
  }
  assert(httpPart === "params" || httpPart === "querystring", "headers are read by hooks");
  const where = httpPart === "params" ? "path" : "query";
  return (given: unknown) => {
    const value = read(schema, given);
    const errors = hasOnlyStorableText(given) ? errorsOf(value) : NUL;
    return errors === null ? { value } : { error: parameterInvalid(where, errors) };
  };
};

/** The same for a route that checks its body itself, piece by piece. */
export const compileAddressValidator: FastifySchemaCompiler<TSchema> = (part) =>
  part.httpPart === "body" ? (value: unknown) => ({ value }) : compileValidator(part);

const NUL = [{ path: "", message: "text holds no NUL" }];

/** The refusal of what is in the address; each error's path names the parameter: `/limit`. */
export function parameterInvalid(
  where: "path" | "query",
  errors: readonly FieldError[],
): BillingError {
  return new BillingError("parameter_invalid", { in: where, errors });
}

/** Reads the address's text as the schema's types, and gives what is absent its default. */
function read({ properties = {} }: LooseObject, given: unknown): unknown {
  const values: Record<string, unknown> = { ...(given as object) };
  for (const [name, schema] of Object.entries(properties)) {
    const text = values[name];
    if (text === undefined && schema.default !== undefined) values[name] = schema.default;
    else if (typeof text === "string") values[name] = readText(schema.type, text);
  }
  return values;
}

function readText(type: unknown, text: string): unknown {
  if (type === "integer" && /^-?\d{1,15}$/.test(text)) return Number(text);
  if (type === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}
