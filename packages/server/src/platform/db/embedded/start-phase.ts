/** What a start is doing, in words for a person who waits. */
export type StartPhase =
  | "preparing database files"
  | "creating the database"
  | "starting database"
  | "recovering database after an unclean end"
  | "taking over the running database";
