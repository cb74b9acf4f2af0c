export { defaultDataDir } from "./data-directory.ts";
export { EmbeddedPostgresError } from "./errors.ts";
export { findRunningPostgres } from "./guest.ts";
export type { EmbeddedPostgresLog } from "./log.ts";
export { startEmbeddedPostgres } from "./start.ts";
