import { expect, test } from "vitest";
import { createRowReferences } from "./row-references.ts";

const row = { customer: "acme", metric: "packages", quantity: "1" };
const other = { ...row, quantity: "2" };

function namesOf(...rows: readonly Parameters<ReturnType<typeof createRowReferences>>[0][]) {
  return rows.map(createRowReferences());
}

test("the same rows get the same references every time the file is read", () => {
  expect(namesOf(row, other, row)).toEqual(namesOf(row, other, row));
});

test("rows that say the same are told apart by their number", () => {
  const [first = "", second = "", third] = namesOf(row, row, other);
  expect(first.replace(/-1$/, "")).toBe(second.replace(/-2$/, ""));
  expect(new Set([first, second, third]).size).toBe(3);
});

test("what stands around a row does not change its reference", () => {
  expect(namesOf(other, row)[1]).toBe(namesOf(row)[0]);
});

test("the order of the fields says nothing", () => {
  const properties = { size: "L", zone: 2 };
  const turned = { quantity: "1", metric: "packages", customer: "acme" };
  expect(namesOf({ ...row, properties })).toEqual(
    namesOf({ properties: { zone: 2, size: "L" }, ...turned }),
  );
});

test("no two of many rows share one, and the server takes them all", () => {
  const many = Array.from({ length: 20_000 }, (_, index) => ({ ...row, quantity: `${index % 7}` }));
  const names = namesOf(...many);
  expect(new Set(names).size).toBe(many.length);
  expect(Math.max(...names.map((name) => name.length))).toBeLessThanOrEqual(200);
});
