import { describe, expect, test } from "vitest";
import { filePaths, readText, type TextFile } from "../tree.ts";
import { syntaxRules } from "./syntax-rules.ts";
import { textRules } from "./text-rules.ts";
import { treeRules } from "./tree-rules.ts";

const paths = filePaths();
const files = new Map<string, TextFile>();

function fileAt(path: string): TextFile {
  const file = files.get(path) ?? readText(path);
  files.set(path, file);
  return file;
}

describe("in every file", () => {
  test.each([...textRules, ...syntaxRules])("$name", ({ appliesTo, find }) => {
    const broken = paths
      .filter(appliesTo)
      .flatMap((path) => find(fileAt(path)).map((finding) => `${path}:${finding}`));
    expect(broken).toEqual([]);
  });
});

describe("in the tree", () => {
  test.each(treeRules)("$name", ({ find }) => {
    expect(find(paths, (path) => fileAt(path).text)).toEqual([]);
  });
});
