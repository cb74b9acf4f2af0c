import ts from "typescript";
import type { TextFile } from "../tree.ts";

/** One article of the style law, held against each file it applies to. */
export type Rule = {
  /** Reads as the law does, so that a failing test names what was broken. */
  readonly name: string;
  readonly appliesTo: (path: string) => boolean;
  /** Every place that breaks the rule, each as `line: what`; none when the file is in order. */
  readonly find: (file: TextFile) => readonly string[];
};

const parsed = new WeakMap<TextFile, ts.SourceFile>();

/** The syntax tree of a TypeScript file, parsed once however many rules ask for it. */
export function syntaxOf(file: TextFile): ts.SourceFile {
  const known = parsed.get(file);
  if (known !== undefined) return known;
  const source = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true);
  parsed.set(file, source);
  return source;
}

/** Every node of the file, outermost first. */
export function* nodesOf(root: ts.Node): Generator<ts.Node> {
  const waiting = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    yield node;
    const children: ts.Node[] = [];
    ts.forEachChild(node, (child) => void children.push(child));
    waiting.push(...children.toReversed());
  }
}

/** The line a node starts on, counting from 1 and leaving out the comment above it. */
export function startLine(node: ts.Node): number {
  const source = node.getSourceFile();
  return source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
}

export function lineCount(node: ts.Node): number {
  const source = node.getSourceFile();
  return source.getLineAndCharacterOfPosition(node.getEnd()).line + 2 - startLine(node);
}

export const isTypeScript = (path: string) => /\.tsx?$/.test(path) && !path.includes("/generated/");

export const isTest = (path: string) =>
  /\.(test|contract)\.tsx?$/.test(path) || /(^|\/)(test|bench|golden)\//.test(path);

/** What ships: the code of a package that is neither a test nor made by a generator. */
export const isShipped = (path: string) =>
  /^packages\/[^/]+\/src\//.test(path) && isTypeScript(path) && !isTest(path);

export const isPure = (path: string) =>
  /^packages\/server\/src\/(kernel|modules\/[^/]+\/domain)\//.test(path) && isTypeScript(path);
