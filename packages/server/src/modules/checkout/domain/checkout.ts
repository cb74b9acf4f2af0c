import type { EpochMs } from "#kernel/clock.ts";
import type { OwnedId } from "#kernel/ids.ts";

/**
 * What a subscription waits for: that its customer saves a card, or pays its first invoice, on the
 * rail's page. Its id is the address of its payment link, which holds until it is completed; the
 * rail's pages, which end after a day, come and go behind it.
 */
export interface Checkout extends OwnedId {
  readonly subscriptionId: bigint;
  /** `setup` saves a card; `payment` also pays what is billed in advance. */
  readonly mode: "setup" | "payment";
  readonly status: "open" | "completed";
  /** Where the payer goes afterwards; null for this server's own page. */
  readonly returnUrl: string | null;
  readonly rail: "stripe";
  /** The rail's newest page for it; null until somebody followed the link. */
  readonly railRef: string | null;
  readonly createdAtMs: EpochMs;
  readonly completedAtMs: EpochMs | null;
}
