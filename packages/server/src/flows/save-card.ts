import { BillingError } from "#kernel/error.ts";
import { customerNow } from "#modules/customers/domain/index.ts";
import { getCustomer } from "#modules/customers/index.ts";
import type { PaymentMethod } from "#modules/payments/domain/index.ts";
import { type RailPaymentMethod, savePaymentMethod } from "#modules/payments/index.ts";
import { listPastDueIds } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";
import type { Engine } from "./engine.ts";
import { answerOf, type RailAccess, railCustomerRef } from "./rail-customer.ts";

/** A card that a caller wants saved. */
export interface CardRequest {
  readonly projectId: number;
  readonly customerId: bigint;
  /** The rail's token of the card. */
  readonly token: string;
  /** The same for a request that is sent again: then the rail saves one card for both. */
  readonly requestKey: string;
}

/**
 * Has the rail save a card: the step before `saveCard`, outside of its transaction. Refuses with
 * `customer_not_found`, `payment_method_refused` or `rail_unavailable`.
 */
export async function attachCard(
  access: RailAccess,
  { projectId, customerId, token, requestKey }: CardRequest,
): Promise<RailPaymentMethod> {
  const customerRef = await railCustomerRef(access, projectId, customerId);
  const rail = access.rails(projectId);
  const answer = await rail.attachPaymentMethod(customerRef, token, requestKey);
  faultPoint("card.attached");
  if (answer.type === "refused") {
    throw new BillingError("payment_method_refused", { reason: answer.code });
  }
  return answerOf(answer);
}

/**
 * Keeps a card that the rail has saved as the one that is charged from now on. What failed to be
 * charged is tried again at once. Saved twice it is one card.
 */
export async function saveCard(
  { clock, newId }: Engine,
  tx: Tx,
  customerId: bigint,
  card: RailPaymentMethod,
): Promise<PaymentMethod> {
  const customer = await getCustomer(tx, customerId);
  const nowMs = customerNow(customer, clock.now());
  const pastDueIds = await listPastDueIds(tx, customerId);
  const id = newId();
  return savePaymentMethod(tx, { customerId, id, rail: "stripe", card, pastDueIds, nowMs });
}
