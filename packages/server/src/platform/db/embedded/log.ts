/** What this folder needs of a logger; pino's has this shape. */
export type EmbeddedPostgresLog = {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
};
