import { present } from "#kernel/assert.ts";
import type { Currency } from "#kernel/currency.ts";
import type { OwnedId } from "#kernel/ids.ts";
import { customerNow } from "#modules/customers/domain/index.ts";
import { decideCurrency } from "#modules/customers/index.ts";
import {
  billedItems,
  type Invoice,
  type OneOffAsked,
  oneOffInvoice,
} from "#modules/invoices/domain/index.ts";
import { markItemsBilled } from "#modules/invoices/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";
import { appendToOutbox } from "#platform/jobs/outbox.ts";
import { billInvoices } from "./bill-invoices.ts";
import { type BillingEventType, billingEventsOf } from "./billing-event.ts";
import { currencyAskedOf } from "./currency-asked.ts";
import type { Engine } from "./engine.ts";
import { holdInvoiceItems } from "./invoice-items.ts";
import { paymentTermsOf } from "./payment-terms.ts";

export interface NewOneOff extends OneOffAsked {
  readonly customerId: bigint;
  /** Null for the customer's. */
  readonly currency: Currency | null;
  /** What is pending and is not to wait any longer. */
  readonly pending: readonly OwnedId[];
}

/**
 * Issues an invoice that belongs to no subscription, to be charged or to be sent. The customer's credit
 * pays of it what it can. Refuses like `oneOffInvoice`, `currencyAskedOf` and `holdInvoiceItems`, and with
 * `currency_mismatch`.
 */
export async function issueOneOff(
  engine: Engine,
  tx: Tx,
  { customerId, currency: asked, pending: keys, ...oneOff }: NewOneOff,
): Promise<Invoice> {
  const currency = await currencyAskedOf(tx, customerId, asked);
  const customer = await decideCurrency(tx, customerId, currency);
  const nowMs = customerNow(customer, engine.clock.now());
  const pending = await holdInvoiceItems(tx, customerId, keys);
  const terms = await paymentTermsOf(tx, customer);
  const facts = { customerId, id: engine.newId(), currency, nowMs, terms, pending };
  const draft = oneOffInvoice(oneOff, facts);
  await markItemsBilled(tx, billedItems(pending, [draft]));
  const made = await billInvoices(engine, tx, [draft], new Map([[customerId, customer]]));
  const invoice = present(made[0], "a draft that is billed becomes an invoice");
  faultPoint("one_off.issued");
  const told: BillingEventType[] = [
    "invoice.finalized",
    ...(invoice.status === "paid" ? (["invoice.paid"] as const) : []),
  ];
  const subject = { customer, subscription: null, plan: null, invoice };
  await appendToOutbox(tx, billingEventsOf(engine, told, subject, nowMs));
  return invoice;
}
