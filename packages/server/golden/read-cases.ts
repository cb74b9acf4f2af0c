import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { GoldenCase } from "./golden-case.ts";

/** The cases that this repository keeps. */
export const KEPT_CASES = join(import.meta.dirname, "cases.json");

/** The cases of a file, `{"cases": […]}`; without a name the kept ones. A text says what is wrong. */
export async function readCases(
  file: string = KEPT_CASES,
): Promise<readonly GoldenCase[] | string> {
  try {
    const { cases } = JSON.parse(await readFile(file, "utf8")) as { cases?: unknown };
    if (!Array.isArray(cases)) return `${file} has no list of "cases".`;
    const unlike = cases.findIndex((one) => !isCase(one));
    if (unlike !== -1)
      return `Case ${unlike + 1} of ${file} lacks an id, topic, inputs or expected.`;
    return cases as GoldenCase[];
  } catch (error) {
    return `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`;
  }
}

function isCase(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { id, topic, inputs, expected } = value as Record<string, unknown>;
  return (
    typeof id === "string" && typeof topic === "string" && isRecord(inputs) && isRecord(expected)
  );
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
