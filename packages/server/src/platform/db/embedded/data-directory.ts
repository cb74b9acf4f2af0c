import { createHash } from "node:crypto";
import { access, chmod, constants, mkdir, realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { EmbeddedPostgresError, errorCode } from "./errors.ts";
import { runCommand, type SystemUser } from "./run-command.ts";

/**
 * Where the data lives when nobody says where: beside the project for an ordinary user. For root it
 * is a place that PostgreSQL's own user can enter, one per working directory.
 */
export function defaultDataDir({ cwd, uid }: { cwd: string; uid: number }): string {
  if (uid !== 0) return join(cwd, ".farthing");
  const name = createHash("sha256").update(cwd).digest("hex").slice(0, 12);
  return join("/var/lib/farthing", name);
}

/**
 * Creates the data directory if need be and returns its real path. Directories made by root can be
 * entered, though not listed, by everybody: what is inside guards itself.
 */
export async function createDataDirectory(dataDir: string, uid: number): Promise<string> {
  try {
    const firstMade = await mkdir(dataDir, { recursive: true, mode: 0o700 });
    if (uid === 0 && firstMade !== undefined) await openToEnter(firstMade, dataDir);
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    return await realpath(dataDir);
  } catch (error) {
    throw new EmbeddedPostgresError(
      "data_directory_unusable",
      `The data directory ${dataDir} cannot be created or written to (${errorCode(error) ?? String(error)}). Set ` +
        "FARTHING_DATA_DIR to a directory that is this user's own.",
      { cause: error },
    );
  }
}

async function openToEnter(firstMade: string, dataDir: string): Promise<void> {
  for (let path = dataDir; path.length >= firstMade.length; path = dirname(path)) {
    await chmod(path, 0o711);
  }
}

/** Throws `data_directory_unusable`, naming the directory in the way, unless `user` can enter. */
export async function checkReachable(dataDir: string, user: SystemUser): Promise<void> {
  if (await canEnter(dataDir, user)) return;
  const blocking = await firstClosed(dataDir, user);
  throw new EmbeddedPostgresError(
    "data_directory_unusable",
    `PostgreSQL refuses to run as root, so it runs as the user "${user.name}", who cannot enter ` +
      `${blocking}. Set FARTHING_DATA_DIR to a directory that every user can enter, such as one ` +
      `below /var/lib, or open this one: chmod o+x ${blocking}`,
  );
}

async function firstClosed(dataDir: string, user: SystemUser): Promise<string> {
  const parent = dirname(dataDir);
  return parent === dataDir || (await canEnter(parent, user)) ? dataDir : firstClosed(parent, user);
}

/** Asked of the kernel as that user, since mode bits are not the only thing that decides. */
async function canEnter(path: string, runAs: SystemUser): Promise<boolean> {
  const script = 'test -d "$1" && test -x "$1"';
  const { exitCode, spawnError } = await runCommand("/bin/sh", ["-c", script, "sh", path], {
    runAs,
  });
  if (spawnError === null) return exitCode === 0;
  throw new EmbeddedPostgresError(
    "no_system_user",
    `PostgreSQL refuses to run as root, and this process may not change to the user ` +
      `"${runAs.name}" (${spawnError}), as in a container without CAP_SETUID. Start as an ordinary ` +
      "user, or set DATABASE_URL to a PostgreSQL of your own.",
  );
}

/** Who owns the files of an existing cluster; null if there is none yet. */
export async function ownerOf(pgdata: string): Promise<SystemUser | null> {
  try {
    const { uid, gid } = await stat(pgdata);
    return { name: `uid ${uid}`, uid, gid };
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw new EmbeddedPostgresError(
      "data_directory_unusable",
      `The database in ${pgdata} cannot be read (${errorCode(error) ?? String(error)}). Start as the user ` +
        "who created it, or set FARTHING_DATA_DIR to another directory.",
      { cause: error },
    );
  }
}
