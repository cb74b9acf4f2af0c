import { expect, test } from "vitest";
import { createStatementNames } from "./statement-names.ts";

test("a statement keeps its name, and two never share one", () => {
  const nameOf = createStatementNames();

  const first = nameOf("select 1");

  expect(first).toBeDefined();
  expect(nameOf("select 2")).not.toBe(first);
  expect(nameOf("select 1")).toBe(first);
});

test("statements without end are not all kept", () => {
  const nameOf = createStatementNames();
  const names = Array.from({ length: 1_001 }, (_, at) => nameOf(`select ${at}`));

  expect(names[999]).toBeDefined();
  expect(names[1_000]).toBeUndefined();
  expect(nameOf("select 0")).toBe(names[0]);
});
