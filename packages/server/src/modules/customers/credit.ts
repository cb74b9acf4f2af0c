import type { Customer } from "#modules/customers/domain/index.ts";
import { listCredit } from "#modules/ledger/index.ts";
import type { Tx } from "#platform/db/database.ts";

export interface CustomerWithCredit {
  readonly customer: Customer;
  /** What the customer's next invoices take before anything is charged, in minor units. */
  readonly creditMinor: bigint;
}

/** Customers with what they have to their credit: one query however many they are. */
export async function withCredit(
  tx: Tx,
  customers: readonly Customer[],
): Promise<CustomerWithCredit[]> {
  const customerIds = customers.map(({ customerId }) => customerId);
  const credit = await listCredit(tx, customerIds);
  const minor = new Map(credit.map(({ customerId, creditMinor }) => [customerId, creditMinor]));
  return customers.map((customer) => ({
    customer,
    creditMinor: minor.get(customer.customerId) ?? 0n,
  }));
}
