import { isoInstant } from "#kernel/clock.ts";
import { formatId, formatOwnedId } from "#kernel/ids.ts";
import { formatMinor } from "#kernel/money.ts";
import { formatNanos } from "#kernel/nanos.ts";
import { type InvoiceItem, oneOffMinor } from "#modules/invoices/domain/index.ts";

/** What is charged once, with an invoice to come or one that is made, as the operator API shows it. */
export interface InvoiceItemSnapshot {
  id: string;
  customer: string;
  /** Null where it goes onto the customer's next invoice, whichever comes first. */
  subscription: string | null;
  status: "pending" | "billed";
  description: string;
  quantity: string;
  unit_amount: string;
  amount: string;
  currency: string;
  /** The invoice that billed it, and which of its lines. */
  invoice: string | null;
  line: number | null;
  created_at: string;
}

export function invoiceItemSnapshot(item: InvoiceItem): InvoiceItemSnapshot {
  const { customerId, subscriptionId, currency, billedOn } = item;
  return {
    id: formatOwnedId("invoiceItem", item),
    customer: formatId("customer", customerId),
    subscription:
      subscriptionId === null
        ? null
        : formatOwnedId("subscription", { customerId, id: subscriptionId }),
    status: billedOn === null ? "pending" : "billed",
    description: item.description,
    quantity: formatNanos(item.quantity),
    unit_amount: formatNanos(item.unitAmount),
    amount: formatMinor(oneOffMinor(item, currency), currency),
    currency,
    invoice:
      billedOn === null ? null : formatOwnedId("invoice", { customerId, id: billedOn.invoiceId }),
    line: billedOn?.lineNumber ?? null,
    created_at: isoInstant(item.createdAtMs),
  };
}
