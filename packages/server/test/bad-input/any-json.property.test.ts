import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { present } from "#kernel/assert.ts";
import { createTestApp, type Json, type TestApp } from "#test/support/app.ts";
import { type WriteRoute, writeRoutesOf } from "#test/support/write-routes.ts";

let shop: TestApp;
let routes: readonly WriteRoute[];
beforeAll(async () => {
  shop = await createTestApp();
  ({ routes } = await writeRoutesOf(shop));
});
afterAll(() => shop.stop());

const RUNS = 500;

/** What people and programs get wrong: the edges of numbers, times, ids and texts. */
const edge = fc.constantFrom<Json>(
  "",
  " ",
  "-1",
  "1e400",
  "9".repeat(40),
  "0.0000000001",
  "9999-12-31T23:59:59Z",
  "2026-02-30T00:00:00Z",
  "-000001-01-01T00:00:00Z",
  "cus_zzzzzzzzzzzzz",
  "plan_7zzzzzzzzzzzz",
  "sub_7zzzzzzzzzzzz7zzzzzzzzzzzz",
  "constructor",
  "\u202e\ufeff",
  "javascript:alert(1)",
  "http://[::1",
  Number.MAX_VALUE,
  Number.MIN_VALUE,
  -0,
  2 ** 53,
  null,
  [],
  {},
  [[]],
);

const anything = fc.oneof(edge, fc.jsonValue({ maxDepth: 3 }), fc.string({ unit: "binary" }));

/** A JSON value with anything in one place of it, chosen by `pick` in [0, 1). */
function spoilt(value: Json, pick: number, by: Json): Json {
  if (typeof value !== "object" || value === null) return by;
  const names = Object.keys(value);
  const name = names[Math.floor(pick * (names.length + 1))];
  if (name === undefined) return by;
  const deeper = pick * (names.length + 1) - Math.floor(pick * (names.length + 1));
  const inner = spoilt(value[name], deeper, by);
  return Array.isArray(value) ? value.with(Number(name), inner) : { ...value, [name]: inner };
}

test("no JSON at all makes a route that writes fail: it is taken, or refused with a code", async () => {
  const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const property = fc.asyncProperty(fc.nat(), place, anything, async (at, pick, by) => {
    const { method, path, body } = present(routes[at % routes.length], "there are routes");
    const answer = await shop.call(method, path, {
      body: JSON.stringify(spoilt(body, pick, by)),
      headers: { "content-type": "application/json" },
    });

    const said = answer.body.error ?? answer.body;
    const outcome =
      answer.status < 400
        ? "taken"
        : `${answer.status < 500 ? "refused" : "failed"} ${said.code}: ${said.message ?? said.title}`;
    expect(`${method} ${path} ${outcome}`).toMatch(/ (taken|refused [a-z_]+: .+)$/);
  });

  await fc.assert(property, { numRuns: RUNS });
});
