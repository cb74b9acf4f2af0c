import { type Currency, isCurrency } from "#kernel/currency.ts";
import { BillingError } from "#kernel/error.ts";
import { getCustomer } from "#modules/customers/index.ts";
import type { Tx } from "#platform/db/database.ts";

/**
 * The currency in which something is charged: the one asked for, or the customer's. Refuses with
 * `customer_not_found`, `currency_unknown`, and with `invoice_invalid` where there is neither.
 */
export async function currencyAskedOf(
  tx: Tx,
  customerId: bigint,
  asked: Currency | null,
): Promise<Currency> {
  const currency = asked ?? (await getCustomer(tx, customerId)).currency;
  if (currency === null) {
    const message = "say one: the customer has none yet";
    throw new BillingError("invoice_invalid", { errors: [{ path: "/currency", message }] });
  }
  if (!isCurrency(currency)) throw new BillingError("currency_unknown", { currency });
  return currency;
}
