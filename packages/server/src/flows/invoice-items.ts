import type { Currency } from "#kernel/currency.ts";
import { BillingError } from "#kernel/error.ts";
import { formatOwnedId, type OwnedId } from "#kernel/ids.ts";
import { customerNow } from "#modules/customers/domain/index.ts";
import { decideCurrency } from "#modules/customers/index.ts";
import {
  type InvoiceItem,
  type OneOffItem,
  refuseBilled,
  refuseUnfitItem,
} from "#modules/invoices/domain/index.ts";
import {
  deleteInvoiceItem,
  insertInvoiceItem,
  lockInvoiceItems,
  updateInvoiceItem,
} from "#modules/invoices/index.ts";
import { isOver } from "#modules/subscriptions/domain/index.ts";
import { getSubscriptionLocked } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { currencyAskedOf } from "./currency-asked.ts";
import type { Engine } from "./engine.ts";

export interface NewInvoiceItem extends OneOffItem {
  readonly customerId: bigint;
  /** On whose next invoice it goes; null: on the customer's. */
  readonly subscription: OwnedId | null;
  /** Null for the customer's. */
  readonly currency: Currency | null;
}

/**
 * Keeps something that is charged, or taken off, with the next invoice that closes a period. Refuses with
 * `customer_not_found`, `subscription_not_found`, `subscription_closed` where none is to come any more,
 * `currency_unknown`, `currency_mismatch`, and like `refuseUnfitItem`.
 */
export async function keepInvoiceItem(
  engine: Engine,
  tx: Tx,
  { customerId, subscription, currency: asked, ...item }: NewInvoiceItem,
): Promise<InvoiceItem> {
  refuseUnfitItem(item, "");
  const currency = await currencyAskedOf(tx, customerId, asked);
  const customer = await decideCurrency(tx, customerId, currency);
  await refuseUnfitSubscription(tx, customerId, subscription);
  const kept: InvoiceItem = {
    ...item,
    customerId,
    id: engine.newId(),
    subscriptionId: subscription?.id ?? null,
    currency,
    createdAtMs: customerNow(customer, engine.clock.now()),
    billedOn: null,
  };
  await insertInvoiceItem(tx, kept);
  return kept;
}

/** What is to be another way; what is absent stays. */
export interface InvoiceItemChanges extends Partial<OneOffItem> {
  /** Null for the customer's next invoice. */
  readonly subscription?: OwnedId | null;
}

/** Changes what is pending. Refuses like `keepInvoiceItem`, and what is billed with `invoice_item_billed`. */
export async function changeInvoiceItem(
  tx: Tx,
  key: OwnedId,
  { subscription, ...changes }: InvoiceItemChanges,
): Promise<InvoiceItem> {
  // Held in the order in which closing a period holds them.
  if (subscription !== undefined) await refuseUnfitSubscription(tx, key.customerId, subscription);
  const item = await pendingItem(tx, key);
  const subscriptionId =
    subscription === undefined ? item.subscriptionId : (subscription?.id ?? null);
  const changed = { ...item, ...changes, subscriptionId };
  refuseUnfitItem(changed, "");
  await updateInvoiceItem(tx, changed);
  return changed;
}

/** Forgets what is pending. Refuses with `invoice_item_not_found` and `invoice_item_billed`. */
export async function forgetInvoiceItem(tx: Tx, key: OwnedId): Promise<InvoiceItem> {
  const item = await pendingItem(tx, key);
  await deleteInvoiceItem(tx, item);
  return item;
}

/** Those items, to be billed by this transaction. Refuses with `invoice_item_not_found` and `invoice_item_billed`. */
export async function holdInvoiceItems(
  tx: Tx,
  customerId: bigint,
  keys: readonly OwnedId[],
): Promise<InvoiceItem[]> {
  const ids = keys.map(({ id }) => id);
  const items = await lockInvoiceItems(tx, customerId, ids);
  const known = new Set(items.map(({ id }) => id));
  const absent = keys.find((key) => key.customerId !== customerId || !known.has(key.id));
  if (absent !== undefined) throw notFound(absent);
  for (const item of items) refuseBilled(item);
  return items;
}

async function pendingItem(tx: Tx, key: OwnedId): Promise<InvoiceItem> {
  const [item] = await lockInvoiceItems(tx, key.customerId, [key.id]);
  if (item === undefined) throw notFound(key);
  refuseBilled(item);
  return item;
}

function notFound(key: OwnedId): BillingError {
  return new BillingError("invoice_item_not_found", {
    invoice_item: formatOwnedId("invoiceItem", key),
  });
}

/** One that is another customer's is not found; one that is settled makes no invoice any more. */
async function refuseUnfitSubscription(
  tx: Tx,
  customerId: bigint,
  key: OwnedId | null,
): Promise<void> {
  if (key === null) return;
  if (key.customerId !== customerId) throw new BillingError("subscription_not_found");
  const subscription = await getSubscriptionLocked(tx, key);
  if (!isOver(subscription) || subscription.nextActionMs !== null) return;
  throw new BillingError("subscription_closed", {
    subscription: formatOwnedId("subscription", key),
  });
}
