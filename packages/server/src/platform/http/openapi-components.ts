import { assert } from "#kernel/assert.ts";

type Json = Record<string, unknown>;

/**
 * Moves every schema that has a title into the document's components, once, and refers to it where it
 * stood: what many operations answer is then described once, and generated clients name it.
 */
export function shareTitledSchemas(document: Json): Json {
  const components = (document["components"] ?? {}) as { schemas?: Json };
  const shared: Json = {};
  const paths = withReferences(document["paths"], shared);
  const schemas = { ...components.schemas, ...shared };
  return { ...document, paths, components: { ...components, schemas } };
}

function withReferences(value: unknown, shared: Json): unknown {
  if (Array.isArray(value)) return value.map((item) => withReferences(item, shared));
  if (typeof value !== "object" || value === null) return value;
  const inner = Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, withReferences(member, shared)]),
  );
  const { title, type } = inner;
  if (type !== "object" || typeof title !== "string") return inner;
  const known = shared[title];
  assert(
    known === undefined || JSON.stringify(known) === JSON.stringify(inner),
    `${title} titles one schema`,
  );
  shared[title] = inner;
  return { $ref: `#/components/schemas/${title}` };
}
