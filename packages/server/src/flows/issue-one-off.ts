import { present } from "#kernel/assert.ts";
import { type Currency, isCurrency } from "#kernel/currency.ts";
import { BillingError } from "#kernel/error.ts";
import { customerNow } from "#modules/customers/domain/index.ts";
import { decideCurrency, getCustomer } from "#modules/customers/index.ts";
import { type Invoice, type OneOffAsked, oneOffInvoice } from "#modules/invoices/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { appendToOutbox } from "#platform/jobs/outbox.ts";
import { billInvoices } from "./bill-invoices.ts";
import { type BillingEventType, billingEventsOf } from "./billing-event.ts";
import type { Engine } from "./engine.ts";

export interface NewOneOff extends OneOffAsked {
  readonly customerId: bigint;
  /** Null for the customer's. */
  readonly currency: Currency | null;
}

/**
 * Issues an invoice that belongs to no subscription, to be charged or to be sent. The customer's credit
 * pays of it what it can. Refuses like `oneOffInvoice`, with `customer_not_found`, `currency_unknown`
 * and `currency_mismatch`.
 */
export async function issueOneOff(
  engine: Engine,
  tx: Tx,
  { customerId, currency: asked, ...oneOff }: NewOneOff,
): Promise<Invoice> {
  const currency = await currencyOf(tx, customerId, asked);
  const customer = await decideCurrency(tx, customerId, currency);
  const nowMs = customerNow(customer, engine.clock.now());
  const facts = { customerId, id: engine.newId(), currency, nowMs };
  const draft = oneOffInvoice(oneOff, facts);
  const made = await billInvoices(engine, tx, [draft], new Map([[customerId, customer]]));
  const invoice = present(made[0], "a draft that is billed becomes an invoice");
  const told: BillingEventType[] = [
    "invoice.finalized",
    ...(invoice.status === "paid" ? (["invoice.paid"] as const) : []),
  ];
  const subject = { customer, subscription: null, plan: null, invoice };
  await appendToOutbox(tx, billingEventsOf(engine, told, subject, nowMs));
  return invoice;
}

async function currencyOf(tx: Tx, customerId: bigint, asked: Currency | null): Promise<Currency> {
  const currency = asked ?? (await getCustomer(tx, customerId)).currency;
  if (currency === null) {
    const message = "say one: the customer has none yet";
    throw new BillingError("invoice_invalid", { errors: [{ path: "/currency", message }] });
  }
  if (!isCurrency(currency)) throw new BillingError("currency_unknown", { currency });
  return currency;
}
