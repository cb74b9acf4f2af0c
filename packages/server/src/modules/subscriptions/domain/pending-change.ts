import type { EpochMs } from "#kernel/clock.ts";
import type { NowMode } from "./change-mode.ts";
import type { Item } from "./item.ts";

/** What a subscription is to hold: its plan, and what is added to it. */
export interface HeldItems {
  readonly plan: Item;
  readonly addOns: readonly Item[];
}

/** A change that is made once its invoice is paid. */
export interface AwaitedChange extends HeldItems {
  readonly invoiceId: bigint;
  readonly requestedAtMs: EpochMs;
}

/** A change that waits for its time. */
export interface PendingChange extends HeldItems {
  /** How it takes effect where it waits for an instant inside a period. */
  readonly mode: NowMode;
  /** The instant it waits for; null is the end of the period that runs then. */
  readonly atMs: EpochMs | null;
  readonly requestedAtMs: EpochMs;
}
