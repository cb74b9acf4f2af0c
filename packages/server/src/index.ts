export { EmbeddedPostgresError } from "#platform/db/embedded/index.ts";
export { type Config, ConfigError, type Role, readConfig, roles } from "./config.ts";
export { findLocalToken } from "./local-files.ts";
export { type RunningServer, type StartOptions, startServer } from "./main.ts";
export { version } from "./version.ts";
