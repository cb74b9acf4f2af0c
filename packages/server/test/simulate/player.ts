import type { Life } from "./history.ts";
import type { Account } from "./records.ts";

/** A customer, and what the rules say of it. */
export interface Player {
  readonly life: Life;
  account: Account;
  /** How many of the life's steps are done. */
  done: number;
  /** When time next has something to do for it, as the rules say. */
  dueMs: number;
}
