import pg from "pg";
import type { Credentials } from "./cluster.ts";
import { EmbeddedPostgresError, errorCode } from "./errors.ts";

const connectTimeoutMs = 10_000;

/** Where everything is that is not PostgreSQL's own. */
export const applicationDatabase = "farthing";

/** A URL with the password in it, on the loopback address that the server listens on. */
export function databaseUrl(
  { user, password }: Credentials,
  port: number,
  database: string,
): string {
  return `postgres://${user}:${password}@127.0.0.1:${port}/${database}`;
}

/**
 * Logs in once. Null while the server cannot serve: it is starting, stopping or gone. Throws
 * `start_failed` if it is there but does not know our password.
 */
export async function tryConnect(url: string, applicationName: string): Promise<pg.Client | null> {
  const client = new pg.Client({
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: connectTimeoutMs,
    ssl: false,
  });
  try {
    await client.connect();
    return client;
  } catch (error) {
    if (isUnavailable(error)) return null;
    throw new EmbeddedPostgresError(
      "start_failed",
      `PostgreSQL runs at ${new URL(url).host}, but it does not let us in: ${String(error)}. If its ` +
        "password was changed, put the new one into cluster/credentials.json of the data directory.",
      { cause: error },
    );
  }
}

/**
 * Whether the server cannot serve for now: it is starting or shutting down (57P03, 57P01, 57P02),
 * is not listening, or cut us off in the middle, which pg reports without a code.
 */
export function isUnavailable(error: unknown): boolean {
  const code = errorCode(error);
  if (code !== undefined) return unavailableCodes.has(code);
  return (
    error instanceof Error && /connection terminated|timeout|not queryable/i.test(error.message)
  );
}

const unavailableCodes = new Set([
  "57P01",
  "57P02",
  "57P03",
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
]);
