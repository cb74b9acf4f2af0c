import type { Sold } from "#flows/sold-terms.ts";
import { BillingError } from "#kernel/error.ts";
import { formatOwnedId, type OwnedId } from "#kernel/ids.ts";
import { findOpenInvoice } from "#modules/invoices/index.ts";
import type { Subscription } from "#modules/subscriptions/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";

/** A subscription, and the plan that it holds. */
interface Holding extends Pick<Sold, "plan"> {
  readonly subscription: Subscription;
}

/** The invoice of a further term that waits for its payment; what goes on by itself never has one. */
export async function findAwaitedTerm(
  tx: Tx,
  { subscription, plan }: Holding,
): Promise<OwnedId | null> {
  if (plan.lifecycle.renewal === "auto") return null;
  return findOpenInvoice(tx, subscription, "term");
}

/** A term that waits for its payment is sold as it is: nothing else is bought or changed before. */
export function refuseAwaitedTerm(invoice: OwnedId | null): void {
  if (invoice === null) return;
  throw new BillingError("term_awaits_payment", {
    invoice: formatOwnedId("invoice", invoice),
    allowed: ["pay the invoice", "void the invoice"],
  });
}
