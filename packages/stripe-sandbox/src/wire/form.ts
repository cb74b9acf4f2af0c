import { Refusal } from "./refusal.ts";

/** A decoded form: text, or named parts. A list is parts named by their index. */
export type FormValue = string | FormTree;
export type FormTree = ReadonlyMap<string, FormValue>;
type GrowingTree = Map<string, string | GrowingTree>;

const pairCountMax = 1_000;
const depthMax = 10;

/**
 * Decodes `application/x-www-form-urlencoded` text with bracketed names: `a[b]=1`, `a[0][b]=1`,
 * `a[]=1`. Maps, not objects, hold the parts, so that no name (`__proto__`) is special.
 */
export function decodeForm(text: string): FormTree {
  const root: GrowingTree = new Map();
  let pairCount = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    pairCount += 1;
    if (pairCount > pairCountMax) throw malformed("Too many parameters.");
    insert(root, partsOf(name), value);
  }
  return root;
}

function partsOf(name: string): readonly string[] {
  const [, head, tail] = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name) ?? [];
  if (head === undefined) return [name];
  const parts = [
    head,
    ...Array.from(tail?.matchAll(/\[([^[\]]*)\]/g) ?? [], ([, part = ""]) => part),
  ];
  if (parts.length > depthMax) throw malformed("Parameters are nested too deeply.");
  return parts;
}

function insert(root: GrowingTree, parts: readonly string[], value: string): void {
  let tree = root;
  parts.forEach((part, depth) => {
    const key = part === "" ? String(tree.size) : part;
    const present = tree.get(key);
    if (depth === parts.length - 1) {
      if (present instanceof Map) throw malformed(`Parameter ${key} is both text and a hash.`);
      tree.set(key, value);
      return;
    }
    if (typeof present === "string") throw malformed(`Parameter ${key} is both text and a hash.`);
    const child: GrowingTree = present ?? new Map();
    tree.set(key, child);
    tree = child;
  });
}

/** The same text for the same parameters, in whatever order they were sent. */
export function canonicalForm(tree: FormTree): string {
  const parts = [...tree].map(([name, value]): [string, unknown] => [
    name,
    typeof value === "string" ? value : canonicalForm(value),
  ]);
  return JSON.stringify(parts.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function malformed(message: string): Refusal {
  return new Refusal(400, { type: "invalid_request_error", message }, { isValidation: true });
}
