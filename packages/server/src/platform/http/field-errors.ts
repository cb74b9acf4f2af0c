import type { TSchema } from "typebox";
import { Errors } from "typebox/value";
import type { FieldError } from "./failure.ts";

/** A schema as the errors read it: any JSON Schema is this, mostly with less. */
interface Loose {
  readonly type?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Loose[];
  readonly items?: Loose;
  readonly properties?: Readonly<Record<string, Loose>>;
  readonly patternProperties?: Readonly<Record<string, Loose>>;
}

const ERRORS_MAX = 8;

/**
 * Says field by field what does not have the form of a schema. Where a field may have several forms,
 * only the one counts that the value means: by a literal such as its `kind`, or by its JSON type.
 */
export function fieldErrors(schema: TSchema, value: unknown): FieldError[] {
  const found: FieldError[] = [];
  collect(schema, value, "", found);
  return found.slice(0, ERRORS_MAX);
}

function collect(schema: Loose, value: unknown, path: string, found: FieldError[]): void {
  if (found.length >= ERRORS_MAX) return;
  const meant = formMeant(schema, value, path, found);
  if (meant === null) return;
  const { shallow, members } = membersOf(meant, value);
  for (const { keyword, instancePath, message } of Errors(shallow as TSchema, value)) {
    if (keyword === "additionalProperties") continue;
    const said = keyword === "boolean" ? "is not a known field" : message;
    found.push({ path: path + instancePath, message: said });
  }
  for (const { name, form, member } of members) {
    collect(form, member, `${path}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`, found);
  }
}

/** The one form among several that a value means. Null when it means none, which is then an error. */
function formMeant(schema: Loose, value: unknown, path: string, found: FieldError[]): Loose | null {
  const { anyOf } = schema;
  if (anyOf === undefined) return schema;
  const forms = anyOf.filter(({ type }) => value === null || type !== "null");
  const ofType = forms.filter(
    ({ type }) => type === undefined || (type === "integer" ? "number" : type) === jsonType(value),
  );
  const [first, ...others] = ofType.length === 0 && forms.length === 1 ? forms : ofType;
  if (first === undefined) {
    const types = [...new Set(anyOf.map(({ type }) => String(type)))];
    found.push({ path, message: `must be ${types.join(" or ")}` });
    return null;
  }
  if (others.length === 0) return formMeant(first, value, path, found);
  return formNamed([first, ...others], value, path, found) ?? null;
}

/** The form whose literal the value carries: `kind: "usage"`. */
function formNamed(
  forms: readonly Loose[],
  value: unknown,
  path: string,
  found: FieldError[],
): Loose | null {
  const fields = value as Readonly<Record<string, unknown>>;
  const name = Object.keys(forms[0]?.properties ?? {}).find((key) =>
    forms.every(({ properties }) => wordsOf(properties?.[key]).length > 0),
  );
  if (name === undefined) return formWith(forms, value, path, found);
  const named = forms.find(({ properties }) => wordsOf(properties?.[name]).includes(fields[name]));
  if (named !== undefined) return named;
  const words = forms.flatMap(({ properties }) => wordsOf(properties?.[name]));
  found.push({ path: `${path}/${name}`, message: `must be one of ${words.join(", ")}` });
  return null;
}

/** The form that has the fields of a value, where each field is of one form only: `day` or `at`. */
function formWith(
  forms: readonly Loose[],
  value: unknown,
  path: string,
  found: FieldError[],
): Loose | null {
  const names = forms.map(({ properties }) => Object.keys(properties ?? {}));
  const isApart = new Set(names.flat()).size === names.flat().length;
  if (jsonType(value) !== "object" || !isApart) return { anyOf: forms };
  const fields = value as object;
  const meant = forms.filter((_, at) => names[at]?.some((name) => Object.hasOwn(fields, name)));
  const [only, ...others] = meant;
  if (only !== undefined && others.length === 0) return only;
  const message = `must have ${names.map((of) => of.join(" and ")).join(" or ")}, and only one of them`;
  found.push({ path, message });
  return null;
}

/** The literals that a field may be; none where it is no literal. */
function wordsOf(schema: Loose | undefined): readonly unknown[] {
  if (schema === undefined) return [];
  if (schema.const !== undefined) return [schema.const];
  return schema.enum ?? [];
}

interface Member {
  readonly name: string;
  readonly form: Loose;
  readonly member: unknown;
}

/** A schema that looks no deeper than one level, and what there is below, with the form of each. */
function membersOf(schema: Loose, value: unknown): { shallow: Loose; members: Member[] } {
  const { items, properties, patternProperties } = schema;
  if (Array.isArray(value) && items !== undefined) {
    const members = value.map((member, index) => ({ name: String(index), form: items, member }));
    return { shallow: { ...schema, items: {} }, members };
  }
  if (jsonType(value) !== "object") return { shallow: schema, members: [] };
  const shallow = {
    ...schema,
    ...(properties === undefined ? {} : { properties: anything(properties) }),
    ...(patternProperties === undefined ? {} : { patternProperties: anything(patternProperties) }),
  };
  const members = Object.entries(value as object).flatMap(([name, member]) => {
    const form =
      properties !== undefined && Object.hasOwn(properties, name)
        ? properties[name]
        : Object.entries(patternProperties ?? {}).find(([key]) => new RegExp(key).test(name))?.[1];
    return form === undefined ? [] : [{ name, form, member: member as unknown }];
  });
  return { shallow, members };
}

function anything(forms: Readonly<Record<string, Loose>>): Record<string, Loose> {
  return Object.fromEntries(Object.keys(forms).map((name) => [name, {}]));
}

function jsonType(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
