import type { Facts } from "./facts.ts";
import { sumOf } from "./matching.ts";

/** How much was looked at. */
export interface Checked {
  readonly customers: number;
  readonly subscriptions: number;
  readonly usageEvents: number;
  readonly usageCounters: number;
  readonly invoices: number;
  readonly invoiceLines: number;
  readonly payments: number;
  readonly refunds: number;
  readonly disputes: number;
  readonly ledgerTransfers: number;
  readonly charges: number;
  readonly events: number;
}

export const nothingChecked: Checked = {
  customers: 0,
  subscriptions: 0,
  usageEvents: 0,
  usageCounters: 0,
  invoices: 0,
  invoiceLines: 0,
  payments: 0,
  refunds: 0,
  disputes: 0,
  ledgerTransfers: 0,
  charges: 0,
  events: 0,
};

export function sizeOf(facts: Facts, customers: number): Checked {
  return {
    customers,
    subscriptions: facts.subscriptions.length,
    usageEvents: Number(sumOf(facts.usage, ({ eventCount }) => eventCount)),
    usageCounters: facts.counters.length,
    invoices: facts.invoices.length,
    invoiceLines: facts.lines.length,
    payments: facts.payments.length,
    refunds: facts.refunds.length,
    disputes: facts.disputes.length,
    ledgerTransfers: facts.transfers.length,
    charges: facts.journal?.charges.length ?? 0,
    events: 0,
  };
}

export function checkedSum(one: Checked, other: Checked): Checked {
  const keys = Object.keys(nothingChecked) as (keyof Checked)[];
  const sums = keys.map((key) => [key, one[key] + other[key]] as const);
  return Object.fromEntries(sums) as unknown as Checked;
}
