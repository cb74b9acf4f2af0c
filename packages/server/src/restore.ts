import { access, mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  BackupFault,
  type CheckedBackup,
  checkBackup,
  emptyDatabase,
  listFilledTables,
  listOtherSessions,
  loadBackup,
  withOwner,
} from "#platform/db/backup/index.ts";
import { listMigrations, migrate } from "#platform/db/migrate.ts";
import { fingerprint, SECRET_KEY_NOTE } from "./backup.ts";
import type { Config } from "./config.ts";
import { openLocalDatabase } from "./local-database.ts";
import { dataDirOf, findSecretKey, RESTORED_FILES } from "./local-files.ts";
import { type DatabaseVerdict, verifyDatabase } from "./verify-database.ts";

export interface RestoreOptions {
  readonly path: string;
  /** Whether what is there now may be thrown away. */
  readonly replace: boolean;
  readonly onPhase?: (phase: string) => void;
  /** How much of the phase is done, between 0 and 1, or how many customers are verified. */
  readonly onShare?: (share: number) => void;
  readonly onVerified?: (customers: number) => void;
}

export interface Restored {
  readonly backup: CheckedBackup;
  /** Rows by table. */
  readonly counts: Readonly<Record<string, number>>;
  /** What was applied to bring it up to date. */
  readonly migrated: readonly string[];
  /** Files that were put into the data directory, and those that were there already. */
  readonly files: { readonly written: readonly string[]; readonly kept: readonly string[] };
  /** Whether access tokens and kept answers of the backup can be used here. */
  readonly secretKey: "matches" | "differs" | "unknown";
  readonly verdicts: readonly DatabaseVerdict[];
}

/**
 * Brings a backup back into an empty database: the file is read to its end before anything is
 * touched, loaded in one transaction, migrated to this version and verified. Throws `BackupFault`,
 * `EmbeddedPostgresError`.
 */
export async function restore(config: Config, options: RestoreOptions): Promise<Restored> {
  const { path, replace, onPhase = () => {}, onShare = () => {} } = options;
  onPhase("checking the backup");
  const backup = await checkBackup(path, onShare);
  const later = await migrationsAfter(backup);
  const database = await openLocalDatabase(config, { besideServer: false, onPhase });
  try {
    const { ownerUrl } = database;
    await withOwner(ownerUrl, async (client) => {
      refuseUnlessEmpty(await listFilledTables(client), replace);
      refuseBesideOthers(await listOtherSessions(client));
      await emptyDatabase(client);
    });
    onPhase("making the schema that the backup had");
    await migrate(ownerUrl, backup.header.migrations);
    onPhase("loading");
    const dataDir = dataDirOf(config);
    const files = { written: [] as string[], kept: [] as string[] };
    const counts = await loadBackup({
      ownerUrl,
      path,
      onShare,
      onFile: async (name, content) => {
        const isWritten = await keepFile(dataDir, name, content, replace);
        files[isWritten ? "written" : "kept"].push(name);
      },
    });
    onPhase("bringing the schema up to date");
    await migrate(ownerUrl);
    onPhase("verifying");
    const verdicts = await verifyDatabase(ownerUrl, {
      ...(options.onVerified && { onVerified: options.onVerified }),
    });
    const secretKey = await compareSecretKey(config, dataDir, backup);
    return { backup, counts, migrated: later, files, secretKey, verdicts };
  } finally {
    await database.close();
  }
}

/** What this version has beyond the backup. Refuses a backup of a version that is newer than this one. */
async function migrationsAfter({ header }: CheckedBackup): Promise<string[]> {
  const known = await listMigrations();
  const unknown = header.migrations.filter((name) => !known.includes(name));
  if (unknown.length === 0) return known.filter((name) => !header.migrations.includes(name));
  throw new BackupFault(
    `The backup was made by a newer version (${header.product}): this one does not have ${unknown[0]}.`,
  );
}

function refuseUnlessEmpty(filled: readonly string[], replace: boolean): void {
  if (filled.length === 0 || replace) return;
  throw new BackupFault(
    `The database is not empty: there is something in ${filled.join(", ")}. With --replace all of it is thrown away.`,
  );
}

function refuseBesideOthers(others: readonly string[]): void {
  if (others.length === 0) return;
  throw new BackupFault(
    `Others are connected to the database (${others.join(", ")}). Stop every server that uses it first.`,
  );
}

async function keepFile(
  dataDir: string,
  name: string,
  content: Buffer,
  replace: boolean,
): Promise<boolean> {
  // The name comes out of a file: only these are ever written.
  if (!RESTORED_FILES.includes(name))
    throw new BackupFault(`The backup holds an unknown file: ${name}`);
  const path = join(dataDir, name);
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere && !replace) return false;
  await mkdir(dataDir, { recursive: true, mode: 0o711 });
  await writeFile(`${path}.partial`, content, { mode: 0o600, flush: true });
  await rename(`${path}.partial`, path);
  return true;
}

async function compareSecretKey(
  config: Config,
  dataDir: string,
  { header }: CheckedBackup,
): Promise<Restored["secretKey"]> {
  const theirs = header.notes[SECRET_KEY_NOTE];
  const ours = config.secretKey ?? (await findSecretKey(dataDir));
  if (theirs === undefined || ours === null) return "unknown";
  return fingerprint(ours) === theirs ? "matches" : "differs";
}
