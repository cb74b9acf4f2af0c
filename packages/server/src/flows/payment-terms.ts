import type { Customer } from "#modules/customers/domain/index.ts";
import { type PaymentTerms, termsFor } from "#modules/invoices/domain/index.ts";
import { getProject } from "#modules/projects/index.ts";
import type { Tx } from "#platform/db/database.ts";

/** The terms that hold for a customer now. */
export async function paymentTermsOf(tx: Tx, customer: Customer): Promise<PaymentTerms> {
  return termsFor(customer.paymentTerms, (await getProject(tx)).paymentTerms);
}

/** Whether a customer is sent invoices: nothing waits for a card or for a payment then. */
export async function isSentInvoices(tx: Tx, customer: Customer): Promise<boolean> {
  return (await paymentTermsOf(tx, customer)).collection === "send";
}
