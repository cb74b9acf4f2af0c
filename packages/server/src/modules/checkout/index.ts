import { present } from "#kernel/assert.ts";
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

/** The checkout behind a payment link whose project was found. */
export async function getCheckout(tx: Tx, key: OwnedId): Promise<Checkout> {
  return present(await findCheckout(tx, key), "a checkout stays in its project");
}

/** The short address at which a payer begins. `publicUrl` is where this server is reached. */
export function paymentLink(publicUrl: string, key: OwnedId): string {
  return `${publicUrl.replace(/\/+$/, "")}/pay/${formatOwnedId("checkout", key)}`;
}
