import { createHash } from "node:crypto";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { type WrittenBackup, writeBackup } from "#platform/db/backup/index.ts";
import type { Config } from "./config.ts";
import { openLocalDatabase } from "./local-database.ts";
import { dataDirOf, findSecretKey, SANDBOX_JOURNAL, SECRET_FILES } from "./local-files.ts";
import { version } from "./version.ts";

export interface BackupOptions {
  readonly path: string;
  /** Whether the files that open what is in it go along. */
  readonly withSecrets: boolean;
  readonly onPhase?: (phase: string) => void;
  readonly onProgress?: (state: { readonly rows: number; readonly table: string }) => void;
}

/** The note that tells whether a machine's secret key is the one that tokens were hashed with. */
export const SECRET_KEY_NOTE = "secret_key_fingerprint";

/**
 * Writes all that the server keeps into one file, as it is at one moment, while the server works: the
 * database, and the card sandbox's state. Throws `BackupFault`, `EmbeddedPostgresError`.
 */
export async function backUp(config: Config, options: BackupOptions): Promise<WrittenBackup> {
  const { path, withSecrets, onPhase, onProgress } = options;
  const dataDir = dataDirOf(config);
  const database = await openLocalDatabase(config, {
    besideServer: true,
    ...(onPhase === undefined ? {} : { onPhase }),
  });
  try {
    const secretKey = config.secretKey ?? (await findSecretKey(dataDir));
    return await writeBackup({
      ownerUrl: database.ownerUrl,
      path,
      product: version,
      madeAt: new Date().toISOString(),
      notes: secretKey === null ? {} : { [SECRET_KEY_NOTE]: fingerprint(secretKey) },
      // Read after the database, of which the sandbox is always ahead.
      files: await filesThere(dataDir, [SANDBOX_JOURNAL, ...(withSecrets ? SECRET_FILES : [])]),
      ...(onProgress === undefined ? {} : { onProgress }),
    });
  } finally {
    await database.close();
  }
}

/** Tells one secret from another and nothing else about it. */
export function fingerprint(secretKey: string): string {
  return createHash("sha256").update(`farthing backup ${secretKey}`).digest("hex").slice(0, 16);
}

async function filesThere(dataDir: string, names: readonly string[]) {
  const files = names.map((name) => ({ name, path: join(dataDir, name) }));
  const isThere = await Promise.all(
    files.map(({ path }) =>
      access(path).then(
        () => true,
        () => false,
      ),
    ),
  );
  return files.filter((_, index) => isThere[index]);
}
