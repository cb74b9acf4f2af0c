import type { OwnedId } from "#kernel/ids.ts";
import { customerNow } from "#modules/customers/domain/index.ts";
import { getCustomer } from "#modules/customers/index.ts";
import type { PaymentMethod } from "#modules/payments/domain/index.ts";
import { detachPaymentMethod, getPaymentMethod } from "#modules/payments/index.ts";
import { answerOf, type RailAccess } from "./rail-customer.ts";

/**
 * Forgets a card: at the rail first, so that what breaks off in between can be asked for again. If
 * it was the one that is charged, the newest of the others is from now on. Runs transactions of its
 * own. Refuses with `payment_method_not_found` or `rail_unavailable`.
 */
export async function removeCard(
  { engine, db, rails }: RailAccess,
  projectId: number,
  key: OwnedId,
): Promise<PaymentMethod> {
  const method = await db.inProject(projectId, (tx) => getPaymentMethod(tx, key));
  answerOf(await rails(projectId).detachPaymentMethod(method.railRef));
  await db.inProject(projectId, async (tx) => {
    const customer = await getCustomer(tx, key.customerId);
    await detachPaymentMethod(tx, method, customerNow(customer, engine.clock.now()));
  });
  return { ...method, isDefault: false };
}
