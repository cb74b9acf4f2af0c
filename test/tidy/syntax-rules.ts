import ts from "typescript";
import type { TextFile } from "../tree.ts";
import {
  isPure,
  isShipped,
  isTest,
  isTypeScript,
  lineCount,
  nodesOf,
  type Rule,
  startLine,
  syntaxOf,
} from "./rule.ts";

const FUNCTION_LINES_MAX = 70;

/** Rules on what code says, judged by its syntax tree, so that words in strings do not count. */
export const syntaxRules: readonly Rule[] = [
  {
    name: `a function has at most ${FUNCTION_LINES_MAX} lines`,
    appliesTo: isTypeScript,
    find: (file) =>
      where(file, isLongFunction).map(
        (node) => `${startLine(node)}: a function of ${ownLines(node)} lines`,
      ),
  },
  {
    name: "only config.ts reads process.env",
    appliesTo: (path) => isShipped(path) && !/^packages\/[^/]+\/src\/config\.ts$/.test(path),
    find: (file) => uses(file, (node) => propertyOf(node) === "process.env"),
  },
  {
    name: "the kernel and the domains are told the time and chance",
    appliesTo: isPure,
    find: (file) =>
      uses(file, (node) => {
        const property = propertyOf(node);
        return property === "Date.now" || property === "Math.random" || isDateOfNow(node);
      }),
  },
  {
    name: "no test is skipped, singled out or left for later",
    appliesTo: isTest,
    find: (file) =>
      uses(
        file,
        (node) =>
          ts.isPropertyAccessExpression(node) &&
          ["skip", "only", "todo", "skipIf", "runIf"].includes(node.name.text) &&
          ["test", "it", "describe", "suite", "context", "ctx"].includes(rootName(node)),
      ),
  },
  {
    name: "inside the server nothing is imported by ../",
    appliesTo: (path) => path.startsWith("packages/server/src/") && isTypeScript(path),
    find: (file) =>
      uses(
        file,
        (node) => ts.isStringLiteral(node) && isSpecifier(node) && node.text.startsWith("../"),
      ),
  },
  {
    name: "SQL stands only in stores, platform/db and platform/jobs",
    appliesTo: (path) => isShipped(path) && !mayHoldSql(path),
    find: (file) => uses(file, (node) => isText(node) && looksLikeSql(textOf(node))),
  },
];

function where(file: TextFile, matches: (node: ts.Node) => boolean): ts.Node[] {
  return [...nodesOf(syntaxOf(file))].filter(matches);
}

function uses(file: TextFile, matches: (node: ts.Node) => boolean): string[] {
  return where(file, matches).map((node) => {
    const [firstLine = ""] = node.getText().split("\n");
    return `${startLine(node)}: ${firstLine}`;
  });
}

/** Most functions are short as they stand, so that few have to be searched for test blocks. */
function isLongFunction(node: ts.Node): boolean {
  if (!ts.isFunctionLike(node) || lineCount(node) <= FUNCTION_LINES_MAX) return false;
  return ownLines(node) > FUNCTION_LINES_MAX;
}

/** A function's lines without the test blocks that it declares: those are counted by themselves. */
function ownLines(node: ts.Node): number {
  return lineCount(node) - nestedTestLines(node);
}

function nestedTestLines(node: ts.Node): number {
  let lines = 0;
  ts.forEachChild(node, (child) => {
    lines += isTestBlock(child) ? lineCount(child) : nestedTestLines(child);
  });
  return lines;
}

function isTestBlock(node: ts.Node): boolean {
  return (
    ts.isCallExpression(node) && ["test", "it", "describe"].includes(rootName(node.expression))
  );
}

/** The name at the very left of `a.b(c).d`, or nothing when it is no name. */
function rootName(node: ts.Node): string {
  if (ts.isIdentifier(node)) return node.text;
  if (ts.isPropertyAccessExpression(node) || ts.isCallExpression(node)) {
    return rootName(node.expression);
  }
  return ts.isTaggedTemplateExpression(node) ? rootName(node.tag) : "";
}

/** `object.property` of a plain access, in either notation, or nothing. */
function propertyOf(node: ts.Node): string {
  if (ts.isPropertyAccessExpression(node)) return `${node.expression.getText()}.${node.name.text}`;
  if (ts.isElementAccessExpression(node) && ts.isStringLiteral(node.argumentExpression)) {
    return `${node.expression.getText()}.${node.argumentExpression.text}`;
  }
  return "";
}

function isDateOfNow(node: ts.Node): boolean {
  return (
    ts.isNewExpression(node) &&
    node.expression.getText() === "Date" &&
    (node.arguments ?? []).length === 0
  );
}

function isSpecifier(node: ts.Node): boolean {
  const { parent } = node;
  return (
    ts.isImportDeclaration(parent) ||
    ts.isExportDeclaration(parent) ||
    (ts.isCallExpression(parent) && parent.expression.kind === ts.SyntaxKind.ImportKeyword)
  );
}

function isText(node: ts.Node): node is ts.StringLiteralLike | ts.TemplateExpression {
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
}

/** What a literal says, with a name in place of whatever is filled in. */
function textOf(node: ts.StringLiteralLike | ts.TemplateExpression): string {
  if (ts.isStringLiteralLike(node)) return node.text;
  return [node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join("filled");
}

const SQL_STARTS = [
  /^select\b[^]*\bfrom\b/,
  /^select\s+[\w.]+\(/,
  /^insert\s+into\b/,
  /^update\s+(only\s+)?[\w."]+(\s+(as\s+)?\w+)?\s+set\b/,
  /^delete\s+from\b/,
  /^with\s+(recursive\s+)?\w+\s*(\([^)]*\))?\s*as\s/,
  /^(create|alter|drop|truncate|lock)\s+(table|index|role|schema|policy|function|unique)\b/,
];

function looksLikeSql(text: string): boolean {
  const statement = text.replace(/^(\s|--.*\n)+/, "");
  return SQL_STARTS.some((start) => start.test(statement));
}

function mayHoldSql(path: string): boolean {
  return (
    /^packages\/server\/src\/platform\/(db|jobs)\//.test(path) ||
    /^packages\/server\/src\/(modules|platform)\/(.+\/)?([a-z-]+-)?(store|statements)(-[a-z-]+)?\.ts$/.test(
      path,
    )
  );
}
