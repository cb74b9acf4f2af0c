import type { Chance } from "#test/crash/chance.ts";
import type { Api } from "./api.ts";
import type { Book } from "./book.ts";

/**
 * Jobs of one lane do not wait for those of another. In the order in which they choose whom they are
 * about: a change needs somebody whose clock stands.
 */
export const lanes = ["usage", "change", "clock", "account", "money", "correction"] as const;
export type Lane = (typeof lanes)[number];

/**
 * Something that is asked until it is answered: `attempt` may be called again, in a later life of
 * the server, after each call that ended in `Unanswered`.
 */
export interface Job {
  readonly lane: Lane;
  attempt(api: Api): Promise<void>;
}

export interface JobSource {
  readonly book: Book;
  readonly chance: Chance;
}

/** Thinks of something new to ask; null when there is nothing for now. */
export type NewJob = () => Job | null;
