import { readFileSync } from "node:fs";
import type { Answer, Json, TestApp } from "./app.ts";

/** An exchange of a surface's document: what is sent, and what comes back, word for word. */
export interface Example {
  readonly section: string;
  readonly request: {
    readonly method: "GET" | "POST" | "PUT";
    readonly path: string;
    readonly body?: Json;
  };
  readonly reply: { readonly status: number; readonly body: Json };
}

export type Values = Readonly<Record<string, string>>;

/** Reads `examples/<name>.json` beside a test file; `here` is its `import.meta.url`. */
export function readExample(here: string, name: string): Json {
  return JSON.parse(readFileSync(new URL(`./examples/${name}.json`, here), "utf8"));
}

/** Sends the request of an example, its `{names}` replaced by values. */
export async function replay(
  shop: TestApp,
  { request }: Example,
  values: Values = {},
): Promise<Answer> {
  const { method, path, body } = filledIn(request, values);
  return shop.call(method, path, body === undefined ? {} : { body });
}

/** The same JSON with each `{name}` in its texts replaced. */
export function filledIn(json: Json, values: Values): Json {
  const text = JSON.stringify(json).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  return JSON.parse(text);
}

/** `actual`, in which a text stands masked wherever `expected` has a mask: `<uid>`, `<instant>`. */
export function masked(actual: Json, expected: Json): Json {
  if (typeof expected === "string" && /^<\w+>$/.test(expected)) {
    return typeof actual === "string" && actual !== "" ? expected : actual;
  }
  if (typeof actual !== "object" || actual === null || expected === null) return actual;
  if (Array.isArray(actual)) return actual.map((item, index) => masked(item, expected[index]));
  return Object.fromEntries(
    Object.entries(actual).map(([name, value]) => [name, masked(value, expected?.[name])]),
  );
}
