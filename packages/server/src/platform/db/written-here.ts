/**
 * SQL: whether a row was written by the transaction that asks. Each version of a row names the
 * transaction that made it.
 */
export const WRITTEN_HERE = "xmin = pg_current_xact_id()::xid";
