import { invalidParameter } from "./refusal.ts";

/** Finds what an id stands for, in its wire shape; undefined when the field cannot be expanded. */
export type Lookup = (owner: Fields, field: string, id: unknown) => unknown;

type Fields = { [field: string]: unknown };

const depthMax = 4;

/**
 * Replaces ids by what they stand for, in place, along paths such as `latest_charge`,
 * `latest_charge.customer` or, in a list, `data.payment_method`.
 */
export function expandPaths(body: object, paths: readonly string[], lookup: Lookup): void {
  for (const path of paths) {
    const fields = path.split(".");
    if (fields.length > depthMax) {
      throw invalidParameter("expand", `You cannot expand more than ${depthMax} levels: ${path}.`);
    }
    expandOne(body as Fields, fields, path, lookup);
  }
}

function expandOne(node: Fields, fields: readonly string[], path: string, lookup: Lookup): void {
  const [field = "", ...rest] = fields;
  const present = node[field];
  if (present === null) return;
  const value = isNested(present) ? present : lookup(node, field, present);
  if (value === undefined) {
    throw invalidParameter("expand", `This property cannot be expanded (${path}).`);
  }
  node[field] = value;
  if (rest.length === 0) return;
  for (const child of Array.isArray(value) ? value : [value]) {
    expandOne(child as Fields, rest, path, lookup);
  }
}

function isNested(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
