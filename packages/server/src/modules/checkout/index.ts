import { BillingError } from "#kernel/error.ts";
import { formatOwnedId, type OwnedId } from "#kernel/ids.ts";
import type { Checkout } from "#modules/checkout/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { findCheckout } from "./store.ts";

export {
  closePage,
  findOpenPage,
  insertInvoicePage,
  lockInvoicePage,
  updatePageRef,
} from "./page-store.ts";
export {
  findCheckout,
  findCheckoutOf,
  findCheckoutsOf,
  findProjectOfCheckout,
  insertCheckouts,
  lockCheckout,
  updateCheckoutCompleted,
  updateCheckoutPage,
} from "./store.ts";

/** The checkout behind a payment link, or the refusal that there is none. */
export async function getCheckout(tx: Tx, key: OwnedId): Promise<Checkout> {
  const checkout = await findCheckout(tx, key);
  if (checkout === null) throw new BillingError("payment_link_not_found");
  return checkout;
}

/** The short address at which a payer begins. `publicUrl` is where this server is reached. */
export function paymentLink(publicUrl: string, key: OwnedId): string {
  return `${publicUrl.replace(/\/+$/, "")}/pay/${formatOwnedId("checkout", key)}`;
}
