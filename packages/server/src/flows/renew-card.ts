import { customerNow } from "#modules/customers/domain/index.ts";
import { getCustomer } from "#modules/customers/index.ts";
import {
  hastenPayments,
  type RailPaymentMethod,
  updatePaymentMethod,
} from "#modules/payments/index.ts";
import { listPastDueIds } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import type { Engine } from "./engine.ts";

/**
 * Takes over what the rail has learned of a saved card from its bank: a new expiry, a new number. If it
 * is the one that is charged, what had failed is tried again at once.
 */
export async function renewCard({ clock }: Engine, tx: Tx, card: RailPaymentMethod): Promise<void> {
  const renewed = await updatePaymentMethod(tx, card);
  if (renewed === null || !renewed.isDefault) return;
  const { customerId } = renewed;
  const customer = await getCustomer(tx, customerId);
  const pastDueIds = await listPastDueIds(tx, customerId);
  await hastenPayments(tx, customerId, pastDueIds, customerNow(customer, clock.now()));
}
