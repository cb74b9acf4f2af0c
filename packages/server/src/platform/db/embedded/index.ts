export { defaultDataDir } from "./data-directory.ts";
export { EmbeddedPostgresError, type EmbeddedPostgresErrorCode } from "./errors.ts";
export type { EmbeddedPostgresLog } from "./log.ts";
export { type EmbeddedPostgres, type StartOptions, startEmbeddedPostgres } from "./start.ts";
export type { StartPhase } from "./start-phase.ts";
