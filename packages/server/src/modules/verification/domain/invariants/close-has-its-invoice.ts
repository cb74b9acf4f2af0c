import { ownedKey } from "#kernel/ids.ts";
import type { Finding } from "#modules/verification/domain/breach.ts";
import type {
  ChangeFact,
  CloseFact,
  InvoiceFact,
  SubscriptionFact,
} from "#modules/verification/domain/facts.ts";
import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { type Pair, pairs } from "#modules/verification/domain/matching.ts";
import { closeName, invoiceName } from "#modules/verification/domain/names.ts";
import { invoiceKey } from "./invoice-of-line.ts";

export const closeHasItsInvoice: Invariant = {
  name: "close_has_its_invoice",
  states:
    "An invoice was made by one close of a period of its subscription and by no other, unless a term was bought with it, a change made it, awaits its payment or was dropped, or it is of no subscription.",
  find({ closes, invoices, changes, subscriptions }) {
    const changing = new Map([
      ...changes.flatMap(invoiceOfChange),
      ...subscriptions.flatMap(awaitedInvoice),
    ]);
    const billed = closes.flatMap((close) =>
      close.invoiceId === null ? [] : [{ ...close, invoiceId: close.invoiceId }],
    );
    const made = invoices.filter((invoice) => invoice.reason !== "term" && !isOneOff(invoice));
    return pairs(made, ownedKey, billed, invoiceKey).flatMap((pair) => compare(pair, changing));
  },
};

function isOneOff({ reason, subscriptionId }: InvoiceFact): boolean {
  return reason === "one_off" && subscriptionId === null;
}

/** By the invoice, the subscription whose change made it. */
function invoiceOfChange({ customerId, invoiceId, subscriptionId }: ChangeFact) {
  if (invoiceId === null) return [];
  return [[ownedKey({ customerId, id: invoiceId }), subscriptionId] as const];
}

/** The same where the change is made once it is paid. */
function awaitedInvoice({ customerId, id, awaitedInvoiceId }: SubscriptionFact) {
  if (awaitedInvoiceId === null) return [];
  return [[ownedKey({ customerId, id: awaitedInvoiceId }), id] as const];
}

function compare(
  { left: [invoice], right: closes }: Pair<InvoiceFact, CloseFact>,
  changing: ReadonlyMap<string, bigint>,
): Finding[] {
  if (invoice === undefined) {
    return closes.map((close) => ({ ...closeName(close), expected: "an invoice", found: "none" }));
  }
  const [close, ...others] = closes;
  const isMade = close?.subscriptionId === invoice.subscriptionId && close.kind === invoice.reason;
  if (isMade && others.length === 0) return [];
  // A change that cuts no period has no close, nor has one that was paid for before it was granted.
  const isDropped = invoice.status === "void";
  const isOfChange = isDropped || changing.get(ownedKey(invoice)) === invoice.subscriptionId;
  if (invoice.reason === "change" && close === undefined && isOfChange) return [];
  return [
    {
      ...invoiceName(invoice),
      expected: `one ${invoice.reason} of its subscription`,
      found: closes.map((made) => closeName(made).id).join(", ") || "no close",
    },
  ];
}
