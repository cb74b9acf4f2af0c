import { isoInstant } from "#kernel/clock.ts";
import { formatId } from "#kernel/ids.ts";
import { formatMinor } from "#kernel/money.ts";
import type { Difference, DifferenceKind } from "./difference.ts";
import type { Reconciliation } from "./reconciliation.ts";

/** A comparison as the operator API and the event log show it. */
export interface ReconciliationSnapshot {
  id: string;
  rail: string;
  from: string;
  to: string;
  charge_count: number;
  refund_count: number;
  /** Charges at the same provider that somebody else made. */
  foreign_count: number;
  difference_count: number;
  created_at: string;
}

export interface DifferenceSnapshot {
  kind: DifferenceKind;
  rail_ref: string;
  payment: string | null;
  currency: string;
  rail_amount: string;
  ledger_amount: string;
}

export function reconciliationSnapshot(made: Reconciliation): ReconciliationSnapshot {
  return {
    id: formatId("reconciliation", made.id),
    rail: made.rail,
    from: isoInstant(made.fromMs),
    to: isoInstant(made.toMs),
    charge_count: made.chargeCount,
    refund_count: made.refundCount,
    foreign_count: made.foreignCount,
    difference_count: made.differenceCount,
    created_at: isoInstant(made.createdAtMs),
  };
}

export function differenceSnapshot(difference: Difference): DifferenceSnapshot {
  const { kind, railRef, payment, currency, railMinor, ledgerMinor } = difference;
  return {
    kind,
    rail_ref: railRef,
    payment,
    currency,
    rail_amount: formatMinor(railMinor, currency),
    ledger_amount: formatMinor(ledgerMinor, currency),
  };
}
