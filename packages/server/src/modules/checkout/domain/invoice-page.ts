import type { EpochMs } from "#kernel/clock.ts";
import type { OwnedId } from "#kernel/ids.ts";

/**
 * A page at the rail on which an invoice is paid, for what was left to pay when it was opened. One at a
 * time is where the invoice's link leads; who has an older one open may pay there all the same.
 */
export interface InvoicePage extends OwnedId {
  readonly invoiceId: bigint;
  readonly amountMinor: bigint;
  readonly status: "open" | "closed";
  /** The rail's own name of it; null until it is known. */
  readonly railRef: string | null;
  readonly createdAtMs: EpochMs;
}
