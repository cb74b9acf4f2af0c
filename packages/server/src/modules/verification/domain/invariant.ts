import type { Finding } from "./breach.ts";
import type { Facts } from "./facts.ts";

/** Something that is true of a customer's stored data in every snapshot, also in the midst of writing. */
export interface Invariant {
  /** Names it in reports, for ever. */
  readonly name: string;
  /** The same as a sentence. */
  readonly states: string;
  /** What breaks it; nothing when it holds. */
  readonly find: (facts: Facts) => Finding[];
}
