import type { CustomerRecord } from "../objects/customer.ts";
import type { Transaction } from "../state/transaction.ts";

const unnamed: Omit<CustomerRecord, "createdMs" | "id"> = {
  name: null,
  email: null,
  phone: null,
  description: null,
  address: null,
  preferredLocales: [],
  taxExempt: "none",
  defaultPaymentMethod: null,
  metadata: {},
};

/** A customer of whom nothing is known but an id; nobody has heard of it yet. */
export function newCustomer(tx: Transaction): CustomerRecord {
  return { ...unnamed, id: tx.mint("cus_", 14), createdMs: tx.nowMs };
}

export function createCustomer(
  tx: Transaction,
  known: Partial<Omit<CustomerRecord, "createdMs">>,
): CustomerRecord {
  const customer = tx.put("customer", { ...newCustomer(tx), ...known });
  tx.emit("customer.created", { kind: "customer", value: customer });
  return customer;
}
