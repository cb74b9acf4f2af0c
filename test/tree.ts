import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

/** The folder that holds the workspaces. */
export const repositoryRoot = join(import.meta.dirname, "..");

/** What a build, an install, a run or version control leaves in the tree; none of it is ours. */
const NOT_OURS = new Set([".farthing", ".git", "coverage", "dist", "node_modules"]);

export type TextFile = {
  /** From the repository's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
};

/** Paths of every file under `folder` that a person wrote or a generator of ours did, sorted. */
export function filePaths(folder: string = repositoryRoot): string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries
    .filter((entry) => !NOT_OURS.has(entry.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filePaths(path);
      return entry.isFile() ? [relative(repositoryRoot, path).replaceAll("\\", "/")] : [];
    })
    .toSorted();
}

export function readText(path: string): TextFile {
  return { path, text: readFileSync(join(repositoryRoot, path), "utf8") };
}

/** TypeScript that belongs to a workspace or to the root's own tests. */
export function isSource(path: string): boolean {
  return /^(packages\/[^/]+\/(src|test|bench|golden)|scripts|test)\/.*\.tsx?$/.test(path);
}
