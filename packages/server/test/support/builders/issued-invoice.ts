import { unitsToNanos } from "#kernel/nanos.ts";
import { WHOLE } from "#kernel/proration.ts";
import type { Invoice, InvoiceLine } from "#modules/invoices/domain/index.ts";

const START_MS = Date.UTC(2026, 0, 1);
const END_MS = Date.UTC(2026, 1, 1);

/** An open invoice of 1.00 USD on one line, but for what is said. */
export function issuedOf(change: Partial<Invoice>): Invoice {
  return {
    customerId: 1n,
    id: 2n,
    subscriptionId: 3n,
    number: 1n,
    status: "open",
    reason: "renewal",
    currency: "USD",
    period: { startMs: START_MS, endMs: END_MS },
    totalMinor: 100n,
    creditAppliedMinor: 0n,
    creditedMinor: 0n,
    amountPaidMinor: 0n,
    issuedAtMs: END_MS,
    collection: "charge",
    dueAtMs: END_MS,
    overdueAtMs: null,
    paidAtMs: null,
    lines: [lineOf(1, 100n)],
    ...change,
  };
}

export function lineOf(lineNumber: number, amountMinor: bigint): InvoiceLine {
  return {
    lineNumber,
    kind: "flat",
    priceId: 4n,
    metric: null,
    description: "Base fee",
    period: { startMs: START_MS, endMs: END_MS },
    quantity: unitsToNanos(1n),
    amountMinor,
    computation: {
      type: "flat",
      amount: amountMinor * 10_000_000n,
      quantity: 1n,
      share: WHOLE,
      basis: "exact_time",
    },
  };
}
