import type { TextFile } from "../tree.ts";
import { isTypeScript, type Rule } from "./rule.ts";

const FILE_LINES_MAX = 400;

const LATER = [/\b(TODO|FIXME)\b/, /(\/\/|\/?\*|--|#).*\b(XXX|HACK)\b/];

const SILENCED = [/@ts-(ignore|nocheck)\b/];

/** A comment that would be a statement if its slashes were taken away. */
const CODE_IN_COMMENT = [
  /^\s*\/\/\s*((import|export|const|let|var|return|throw|await|function|class)\b.*[;{]|(if|for|while|switch) \(.*\{|\}|[\w.]+\(.*\);)\s*$/,
];

/** Where a machine or a workplace shows: its folders, its registries, its notes beside the tree. */
const OF_ONE_MACHINE = [
  /(?<![\w.$}~/-])\/(home|Users|root|work)\/[\w.-]+/,
  /[A-Z]:\\Users\\/,
  /https?:\/\/[^\s"'/]*(registry|mirror|artifactory|nexus)[^\s"']*/,
  /"resolved": "https?:/,
  /(?<![\w/-])(style|design|performance|scale|brief)\.md\b/,
  /\bshared\/(contracts|golden)\b/,
];

/** Rules on the text of a file, line by line. */
export const textRules: readonly Rule[] = [
  {
    name: `a file has at most ${FILE_LINES_MAX} lines`,
    appliesTo: (path) => isTypeScript(path) || path.endsWith(".sql"),
    find: ({ text }) => {
      const count = text.trimEnd().split("\n").length;
      return count > FILE_LINES_MAX ? [`${count}: the last of its lines`] : [];
    },
  },
  {
    name: "nothing is left for later",
    appliesTo: (path) => isBoundByWords(path) && path !== "package-lock.json",
    find: (file) => linesLike(file, LATER),
  },
  {
    name: "the type checker is not silenced",
    appliesTo: (path) => isBoundByWords(path) && isTypeScript(path),
    find: (file) => linesLike(file, SILENCED),
  },
  {
    name: "what is not used is deleted, not commented out",
    appliesTo: (path) => isBoundByWords(path) && isTypeScript(path),
    find: (file) => linesLike(file, CODE_IN_COMMENT),
  },
  {
    name: "nothing names the machine it was written on",
    appliesTo: isBoundByWords,
    find: (file) => linesLike(file, OF_ONE_MACHINE),
  },
];

/** The law itself and its proofs quote what they forbid. */
function isBoundByWords(path: string): boolean {
  return !path.startsWith("test/tidy/");
}

function linesLike({ text }: TextFile, patterns: readonly RegExp[]): string[] {
  return text.split("\n").flatMap((line, index) => {
    const isLike = patterns.some((pattern) => pattern.test(line));
    return isLike ? [`${index + 1}: ${line.trim()}`] : [];
  });
}
