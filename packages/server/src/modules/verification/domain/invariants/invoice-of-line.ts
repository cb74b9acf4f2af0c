import { ownedKey } from "#kernel/ids.ts";
import type { InvoiceFact, LineFact, PaymentFact } from "#modules/verification/domain/facts.ts";

/** Finds the invoice that a line stands on. */
export function invoiceByLine(
  invoices: readonly InvoiceFact[],
): (line: LineFact) => InvoiceFact | undefined {
  const byKey = new Map(invoices.map((invoice) => [ownedKey(invoice), invoice]));
  return (line) => byKey.get(invoiceKey(line));
}

/** Those that pay an invoice. */
export function payingInvoices(
  payments: readonly PaymentFact[],
): (PaymentFact & { readonly invoiceId: bigint })[] {
  return payments.flatMap(({ invoiceId, ...payment }) =>
    invoiceId === null ? [] : [{ ...payment, invoiceId }],
  );
}

/** A map key for the invoice that something belongs to. */
export function invoiceKey(part: {
  readonly customerId: bigint;
  readonly invoiceId: bigint;
}): string {
  return ownedKey({ customerId: part.customerId, id: part.invoiceId });
}

/** A map key for the subscription that something belongs to. */
export function subscriptionKey(part: {
  readonly customerId: bigint;
  readonly subscriptionId: bigint;
}): string {
  return ownedKey({ customerId: part.customerId, id: part.subscriptionId });
}
