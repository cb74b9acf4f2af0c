import { findRunningPostgres, startEmbeddedPostgres } from "#platform/db/embedded/index.ts";
import { createLogger } from "#platform/http/log.ts";
import type { Config } from "./config.ts";
import { dataDirOf } from "./local-files.ts";

/** A database that is open for as long as a command needs it. */
export interface LocalDatabase {
  readonly ownerUrl: string;
  /** Ends what was started for this; what ran before runs on. */
  close(): Promise<void>;
}

export interface OpenOptions {
  /** Whether it may belong to a running server meanwhile. */
  readonly besideServer: boolean;
  readonly onPhase?: (phase: string) => void;
}

/**
 * The database that the environment names, itself and not through a server: `DATABASE_URL`, else the
 * embedded one, which is started for this if it does not run. Throws `EmbeddedPostgresError` when it
 * must be had alone and a server has it.
 */
export async function openLocalDatabase(
  config: Config,
  { besideServer, onPhase = () => {} }: OpenOptions,
): Promise<LocalDatabase> {
  if (config.databaseUrl !== null) return lent(config.databaseUrl);
  const dataDir = dataDirOf(config);
  const running = besideServer ? await findRunningPostgres(dataDir) : null;
  if (running !== null) return lent(running);
  const started = await startEmbeddedPostgres({
    dataDir,
    log: createLogger(config.logLevel),
    path: config.searchPath,
    progress: onPhase,
  });
  return { ownerUrl: started.ownerUrl, close: started.stop };
}

function lent(ownerUrl: string): LocalDatabase {
  return { ownerUrl, close: async () => {} };
}
