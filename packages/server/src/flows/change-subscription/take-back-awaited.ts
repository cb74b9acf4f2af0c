import type { Engine } from "#flows/engine.ts";
import { takeBackInvoice } from "#flows/take-back-invoice.ts";
import { present } from "#kernel/assert.ts";
import type { PlanVersion } from "#modules/catalog/domain/index.ts";
import type { Customer } from "#modules/customers/domain/index.ts";
import type { Subscription } from "#modules/subscriptions/domain/index.ts";
import { updateSubscriptions } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";

/** A subscription that this transaction holds, as it is without the change that it awaited. */
export interface WithoutAwaited {
  readonly before: Subscription;
  readonly after: Subscription;
  readonly customer: Customer;
  readonly plan: PlanVersion;
}

/** Drops the change that a subscription awaits, which this transaction holds. Answers it without it. */
export async function dropAwaited(
  engine: Engine,
  tx: Tx,
  before: Subscription,
  of: Pick<WithoutAwaited, "customer" | "plan">,
): Promise<Subscription> {
  const after = { ...before, awaitedChange: null };
  await updateSubscriptions(tx, [after]);
  await takeBackAwaited(engine, tx, { before, after, ...of });
  return after;
}

/** Takes back the invoice of a change that is dropped. Done twice it is done once. */
export async function takeBackAwaited(
  engine: Engine,
  tx: Tx,
  { before, after, customer, plan }: WithoutAwaited,
): Promise<void> {
  const awaited = present(before.awaitedChange, "a change was awaited");
  const key = { customerId: before.customerId, id: awaited.invoiceId };
  const told = ["subscription.change_withdrawn"] as const;
  await takeBackInvoice(engine, tx, key, { customer, subscription: after, plan, told });
}
