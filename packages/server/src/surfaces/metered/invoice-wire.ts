import type { InvoiceLineSnapshot, InvoiceSnapshot } from "#modules/invoices/index.ts";

/** What a billing period came to, in the words of this surface. */
export interface InvoiceCharges {
  base_amount: number;
  usage_amount: number;
  total: number;
  usage_charges: UsageCharge[];
}

export interface UsageCharge {
  metric: string;
  count: number;
  /** Null where the price has tiers, and so no one rate. */
  rate: number | null;
  amount: number;
}

export function invoiceCharges(invoice: InvoiceSnapshot): InvoiceCharges {
  return {
    base_amount: Number(invoice.base_amount),
    usage_amount: Number(invoice.usage_amount),
    total: Number(invoice.total),
    usage_charges: invoice.lines.flatMap(usageCharge),
  };
}

function usageCharge({ metric, quantity, unit_price, amount }: InvoiceLineSnapshot): UsageCharge[] {
  if (metric === null) return [];
  const rate = unit_price === null ? null : Number(unit_price);
  return [{ metric, count: Number(quantity), rate, amount: Number(amount) }];
}
