import type { Engine } from "#flows/engine.ts";
import { takeBackInvoice } from "#flows/take-back-invoice.ts";
import { present } from "#kernel/assert.ts";
import type { PlanVersion } from "#modules/catalog/domain/index.ts";
import type { Customer } from "#modules/customers/domain/index.ts";
import type { Subscription } from "#modules/subscriptions/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";

/** A subscription that this transaction holds, as it is without the change that it awaited. */
export interface WithoutAwaited {
  readonly before: Subscription;
  readonly after: Subscription;
  readonly customer: Customer;
  readonly plan: PlanVersion;
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
