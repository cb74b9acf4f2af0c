import { beforeAll, expect, test } from "vitest";
import { filePaths, isSource, repositoryRoot } from "../tree.ts";
import { type Cruised, cruiseTree } from "./cruise.ts";

let cruised: Cruised;

beforeAll(async () => {
  cruised = await cruiseTree(repositoryRoot, ["packages", "scripts", "test"]);
});

test("no import breaks a boundary", () => {
  expect(cruised.violations).toEqual([]);
});

// With a TypeScript that has no API the tool sees no TypeScript at all, and then finds nothing wrong.
test("every source file was looked at", () => {
  const sources = filePaths().filter(isSource);
  expect(sources.length).toBeGreaterThan(0);
  expect(sources.filter((path) => !cruised.seen.has(path))).toEqual([]);
});
