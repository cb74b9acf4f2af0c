import { EmbeddedPostgresError } from "./errors.ts";
import type { EmbeddedPostgresLog } from "./log.ts";
import { runCommand, type SystemUser } from "./run-command.ts";

const ownUser = "farthing";

/** Every system has one of these two programs, or neither can create users. */
const userCreations = [
  // Debian, Ubuntu, Fedora and their kin.
  [
    "useradd",
    "--system",
    "--user-group",
    "--no-create-home",
    "--home-dir=/nonexistent",
    "--shell=/bin/false",
    ownUser,
  ],
  // Alpine's busybox.
  ["adduser", "-S", "-D", "-H", "-h", "/nonexistent", "-s", "/bin/false", ownUser],
] as const;

/**
 * The user to run a new database as: `postgres` if the machine has one, else our own (created now,
 * if it must be), else `nobody`. Throws `no_system_user` when there is none of them.
 */
export async function resolveSystemUser(log: EmbeddedPostgresLog): Promise<SystemUser> {
  const user =
    (await findSystemUser("postgres")) ??
    (await findSystemUser(ownUser)) ??
    (await createOwnUser(log)) ??
    (await findSystemUser("nobody"));
  if (user) return user;
  throw new EmbeddedPostgresError(
    "no_system_user",
    "PostgreSQL refuses to run as root, and there is no other user to run it as: there is no " +
      `user "postgres", "${ownUser}" could not be created, and "nobody" does not exist. Start as ` +
      "an ordinary user, create one of these, or set DATABASE_URL to a PostgreSQL of your own.",
  );
}

/** Asks the system, not /etc/passwd, since users may come from a directory service. */
export async function findSystemUser(name: string): Promise<SystemUser | null> {
  const [uid, gid] = await Promise.all([idOf("-u", name), idOf("-g", name)]);
  return uid === null || gid === null || uid === 0 ? null : { name, uid, gid };
}

async function idOf(flag: "-u" | "-g", name: string): Promise<number | null> {
  const { exitCode, stdout } = await runCommand("id", [flag, name]);
  return exitCode === 0 && /^\d+\n?$/.test(stdout) ? Number(stdout) : null;
}

async function createOwnUser(log: EmbeddedPostgresLog): Promise<SystemUser | null> {
  for (const [program, ...args] of userCreations) {
    const { exitCode } = await runCommand(program, args);
    const created = exitCode === 0 ? await findSystemUser(ownUser) : null;
    if (!created) continue;
    log.info({ user: ownUser, uid: created.uid }, "created a system user to run PostgreSQL as");
    return created;
  }
  return null;
}
