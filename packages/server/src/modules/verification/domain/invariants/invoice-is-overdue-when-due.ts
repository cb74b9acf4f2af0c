import { isoInstant, isoInstantOrNull } from "#kernel/clock.ts";
import type { Finding } from "#modules/verification/domain/breach.ts";
import type { InvoiceFact } from "#modules/verification/domain/facts.ts";
import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { invoiceName } from "#modules/verification/domain/names.ts";

export const invoiceIsOverdueWhenDue: Invariant = {
  name: "invoice_is_overdue_when_due",
  states:
    "No invoice is due before it is issued, and only one that was sent is told to be overdue, once it is due.",
  find: ({ invoices }) => invoices.flatMap(compare),
};

function compare(invoice: InvoiceFact): Finding[] {
  const { issuedAtMs, collection, overdueAtMs } = invoice;
  const dueAtMs = invoice.dueAtMs ?? issuedAtMs;
  const isDueInTime = dueAtMs >= issuedAtMs;
  const isOverdueInTime = overdueAtMs === null || (collection === "send" && overdueAtMs >= dueAtMs);
  if (isDueInTime && isOverdueInTime) return [];
  const due = `due on ${isoInstant(dueAtMs)}`;
  return [
    {
      ...invoiceName(invoice),
      expected: isDueInTime
        ? `${due}, and overdue then, if it was sent`
        : `due on ${isoInstant(issuedAtMs)} or later`,
      found: `${due}, told to be overdue: ${isoInstantOrNull(overdueAtMs) ?? "never"}`,
    },
  ];
}
