/** Why an embedded database could not be had. Every code comes with a message meant for a person. */
export type EmbeddedPostgresErrorCode =
  /** No PostgreSQL that runs here: neither the one npm brings nor a recent one on the PATH. */
  | "no_binaries"
  /** Embedding works on Linux and macOS only. */
  | "unsupported_platform"
  /** Root found no user to run PostgreSQL as, or may not change to it. */
  | "no_system_user"
  /** The data directory cannot be created, entered or used by whoever runs the database. */
  | "data_directory_unusable"
  /** The data was made by another major version than the binaries at hand. */
  | "version_mismatch"
  /** initdb failed. */
  | "init_failed"
  /** The server did not come up, or nobody can log in to it. */
  | "start_failed"
  /** Another living process owns this data directory. */
  | "owned_by_another_process";

/** A database that could not be started, said so that the person at the terminal knows what to do. */
export class EmbeddedPostgresError extends Error {
  override readonly name = "EmbeddedPostgresError";
  readonly code: EmbeddedPostgresErrorCode;

  constructor(code: EmbeddedPostgresErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The operating system's word for a failure (`ENOENT`, `EACCES`), or PostgreSQL's SQLSTATE. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
