import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "#kernel/clock.ts";
import { issueAccessToken } from "#modules/keys/index.ts";
import { ensureUsagePartitions } from "#modules/metering/index.ts";
import { ensureProject, type Project, type Side } from "#modules/projects/index.ts";
import { startEmbeddedPostgres } from "#platform/db/embedded/index.ts";
import { migrate } from "#platform/db/migrate.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";
import { scopes } from "#platform/http/caller.ts";
import { createLogger } from "#platform/http/log.ts";
import { refuseTakenPort } from "#platform/http/port.ts";
import { type App, createApp } from "./app.ts";
import { type Config, ConfigError, readConfig } from "./config.ts";
import {
  dataDirOf,
  findTokenOf,
  keepTokenOf,
  localSecretKey,
  SANDBOX_JOURNAL,
  tokenPath,
} from "./local-files.ts";

/** A server that runs in this process. */
export interface RunningServer {
  /** `http://127.0.0.1:4242` */
  readonly url: string;
  /** Opens the demo project's sandbox side with every scope. Null in a worker, which has no API. */
  readonly token: string | null;
  /** The file that holds the live side's token. It is never printed. */
  readonly liveTokenPath: string;
  readonly dataDir: string;
  /** Where the data is: `embedded PostgreSQL 18.4` or the host of `DATABASE_URL`. */
  readonly database: string;
  stop(): Promise<void>;
}

export interface StartOptions {
  /** Told what the start is doing, in a few words. */
  readonly onPhase?: (phase: string) => void;
  /** Called at most once, when the database died under the running server. */
  readonly onLost?: (reason: Error) => void;
}

const DEMO_PROJECT = {
  slug: "demo",
  name: "Demo",
  keyPrefix: "farthing",
  returnOrigins: ["http://localhost:3000", "http://127.0.0.1:3000"],
  retryDays: [1, 3, 5, 7],
};

const wallClock: Clock = { now: () => Date.now() };

/**
 * Starts the server, or the part of it that the role names: database, migrations, demo project, API,
 * pages and jobs. Rejects with a
 * message for the person who started it: `ConfigError`, `EmbeddedPostgresError`, a taken port.
 */
export async function startServer(
  config: Config = readConfig(),
  { onPhase = () => {}, onLost = () => {} }: StartOptions = {},
): Promise<RunningServer> {
  // The last thing a start needs is the first that others may have: a database is not brought up in vain.
  await refuseTakenPort(config);
  const log = createLogger(config.logLevel);
  const dataDir = dataDirOf(config);
  const database = await openDatabaseServer(config, dataDir, { onPhase, onLost, log });
  try {
    onPhase("bringing the schema up to date");
    await migrate(database.ownerUrl);
    await ensureUsagePartitions(database.ownerUrl, wallClock);
    faultPoint("start.schema_ready");
    onPhase("starting the API and the jobs");
    const app = await createApp({
      role: config.role,
      ownerUrl: database.ownerUrl,
      publicUrl: config.publicUrl,
      clock: wallClock,
      random: Math.random,
      secretKey: config.secretKey ?? (await localSecretKey(dataDir)),
      log,
      connectionsMax: config.databaseConnectionsMax,
      corsOrigins: config.corsOrigins,
      requestsPerTokenMax: config.requestsPerTokenMax,
      webhookPrivateAddresses: config.webhookPrivateAddresses,
      sandboxJournalPath: join(dataDir, SANDBOX_JOURNAL),
      sandboxProjects: [DEMO_PROJECT.slug],
      stripe: config.stripe,
      stripeSandbox: config.stripeSandbox,
    });
    const stop = async () => {
      await app.stop();
      await database.stop();
    };
    try {
      const tokens = config.role === "worker" ? null : await demoTokens(app, dataDir);
      faultPoint("start.project_ready");
      await app.start();
      faultPoint("start.jobs_running");
      await app.http.listen({ host: config.host, port: config.port });
      return {
        url: config.publicUrl,
        token: tokens?.sandbox ?? null,
        liveTokenPath: tokenPath("live", dataDir),
        dataDir,
        database: database.name,
        stop,
      };
    } catch (error) {
      await stop();
      throw error;
    }
  } catch (error) {
    await database.stop();
    throw error;
  }
}

interface DatabaseServer {
  readonly ownerUrl: string;
  readonly name: string;
  stop(): Promise<void>;
}

async function openDatabaseServer(
  { databaseUrl, searchPath, role }: Config,
  dataDir: string,
  { onPhase, onLost, log }: Required<StartOptions> & { readonly log: App["http"]["log"] },
): Promise<DatabaseServer> {
  if (databaseUrl !== null) {
    await mkdir(dataDir, { recursive: true, mode: 0o711 });
    const { host } = new URL(databaseUrl);
    return { ownerUrl: databaseUrl, name: `PostgreSQL at ${host}`, stop: async () => {} };
  }
  if (role !== "all") {
    throw new ConfigError(
      `An embedded database belongs to one process, which does everything. For --role ${role} set DATABASE_URL.`,
    );
  }
  const embedded = await startEmbeddedPostgres({
    dataDir,
    log,
    path: searchPath,
    progress: onPhase,
    onLost,
  });
  return {
    ownerUrl: embedded.ownerUrl,
    name: `embedded PostgreSQL ${embedded.version}`,
    stop: embedded.stop,
  };
}

/**
 * Makes sure that the demo project exists and that each of its sides has a token on this machine: the
 * one of the first start, or a new one where that opens nothing any more.
 */
async function demoTokens(app: App, dataDir: string): Promise<Record<Side, string>> {
  const { live, sandbox } = await ensureProject({ db: app.db, clock: wallClock }, DEMO_PROJECT);
  return {
    live: await tokenFor(app, dataDir, live),
    sandbox: await tokenFor(app, dataDir, sandbox),
  };
}

async function tokenFor(app: App, dataDir: string, { side, projectId }: Project): Promise<string> {
  const kept = await findTokenOf(side, dataDir);
  if (kept !== null && (await opens(app, kept))) return kept;
  const { text } = await app.db.inProject(projectId, (tx) =>
    issueAccessToken(tx, app.tokens, { name: "local", scopes, expiresAtMs: null }),
  );
  await keepTokenOf(side, dataDir, text);
  return text;
}

async function opens(app: App, token: string): Promise<boolean> {
  const { statusCode } = await app.http.inject({
    url: "/v1/project",
    headers: { authorization: `Bearer ${token}` },
  });
  return statusCode === 200;
}
