import type { Stats } from "node:fs";
import {
  access,
  chmod,
  constants,
  copyFile,
  link,
  lstat,
  mkdir,
  readdir,
  readlink,
  symlink,
} from "node:fs/promises";
import { join } from "node:path";
import { type EmbeddedPackage, ensureLibrarySymlinks } from "./embedded-package.ts";
import { createWhole } from "./partial-directory.ts";

/**
 * Copies the binaries once to below `copyDir`, readable by everybody, with their symlinks. Needed
 * where whoever runs PostgreSQL cannot enter node_modules (a clone below a closed /root), or where
 * node_modules is read-only and lacks the symlinks. Returns the root of the copy.
 */
export async function copyPackage(embedded: EmbeddedPackage, copyDir: string): Promise<string> {
  const name = `postgres-${embedded.version}-${process.platform}-${process.arch}`;
  const target = join(copyDir, name);
  const exists = await access(target).then(
    () => true,
    () => false,
  );
  if (exists) return target;
  await makeOpenDirectory(copyDir);
  await createWhole(target, async (partial) => {
    await chmod(partial, 0o755);
    await copyTree(join(embedded.root, "native"), join(partial, "native"));
    await ensureLibrarySymlinks(partial);
  });
  return target;
}

async function copyTree(from: string, to: string): Promise<void> {
  await makeOpenDirectory(to);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) await copyTree(source, target);
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
    else if (!isForBuildingOnly(entry.name)) await linkOrCopy(source, target);
  }
}

async function linkOrCopy(source: string, target: string): Promise<void> {
  const stats = await lstat(source);
  const linked = isSafeToLink(stats) && (await tryLink(source, target));
  if (linked) return;
  await copyFile(source, target, constants.COPYFILE_FICLONE);
  await chmod(target, stats.mode & 0o100 ? 0o755 : 0o644);
}

/**
 * A link shares its file's owner and mode. So only a file of our own is linked, lest a user whose
 * clone root once ran from could later change what other data directories execute; and only a file
 * that everybody may read already.
 */
function isSafeToLink({ uid, mode }: Stats): boolean {
  const isReadable = (mode & 0o004) !== 0;
  const isRunnableIfProgram = (mode & 0o100) === 0 || (mode & 0o001) !== 0;
  return uid === process.getuid?.() && isReadable && isRunnableIfProgram;
}

/** False where links are impossible: across file systems, or on those that have none. */
function tryLink(source: string, target: string): Promise<boolean> {
  return link(source, target).then(
    () => true,
    () => false,
  );
}

/** Static libraries, a sixth of the megabytes, serve compilers only. */
function isForBuildingOnly(name: string): boolean {
  return name.endsWith(".a");
}

async function makeOpenDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  await chmod(path, 0o755);
}
