import { expect, test } from "vitest";
import { BackupFault } from "./backup-fault.ts";
import { inDependencyOrder } from "./catalog.ts";

const tables = ["line", "order", "shop", "visit"].map((name) => ({ name }));

test("a table comes after those that it refers to, and else in the order given", () => {
  const references = [
    { from: "line", to: "order" },
    { from: "order", to: "shop" },
  ];
  const ordered = inDependencyOrder(tables, references).map(({ name }) => name);
  expect(ordered).toEqual(["shop", "visit", "order", "line"]);
});

test("tables that refer to each other in a circle cannot be ordered", () => {
  const references = [
    { from: "line", to: "order" },
    { from: "order", to: "line" },
  ];
  expect(() => inDependencyOrder(tables, references)).toThrow(BackupFault);
});
