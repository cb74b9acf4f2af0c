import type { Engine } from "#flows/engine.ts";
import { answerOf, type RailAccess, railCustomerRef } from "#flows/rail-customer.ts";
import { MINUTE_MS } from "#kernel/clock.ts";
import { formatOwnedId, type OwnedId } from "#kernel/ids.ts";
import type { InvoicePage } from "#modules/checkout/domain/index.ts";
import {
  closePage,
  findOpenPage,
  insertInvoicePage,
  updatePageRef,
} from "#modules/checkout/index.ts";
import { type Customer, customerNow } from "#modules/customers/domain/index.ts";
import { getCustomer } from "#modules/customers/index.ts";
import {
  amountRemainingMinor,
  type Invoice,
  isPayableByLink,
} from "#modules/invoices/domain/index.ts";
import { findProjectOfInvoice, getInvoice, getInvoiceLocked } from "#modules/invoices/index.ts";
import type { RailCheckout } from "#modules/payments/index.ts";
import type { Side } from "#modules/projects/domain/index.ts";
import { getProject } from "#modules/projects/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { takePagePayment } from "./take-payment.ts";

/** An invoice as its payer sees it. */
export interface ShownInvoice {
  readonly invoice: Invoice;
  readonly customer: Customer;
  /** Who sent it. */
  readonly seller: string;
  /** On which side: in the sandbox nothing is really owed. */
  readonly side: Side;
}

/** Where a visit to an invoice's link leads. */
export type InvoiceVisit =
  /** To the rail's page. */
  | { readonly type: "page"; readonly url: string }
  | ({ readonly type: "invoice"; readonly note: "none" | NoteToPayer } & ShownInvoice)
  /** It was paid for nothing, and is given back. */
  | { readonly type: "given_back" }
  | { readonly type: "unknown_link" };

/** Why the payer is here again. */
type NoteToPayer = "not_finished" | "not_by_card";

/** What a visit is for: to see the invoice, to pay it, or to come back from paying it. */
export type InvoiceVisitIntent = "see" | "pay" | "return";

interface VisitFacts extends ShownInvoice {
  readonly projectId: number;
  readonly page: InvoicePage | null;
}

/**
 * Follows the link of an invoice that was sent. A page of the rail that turns out to be paid is taken over
 * on the way. Runs transactions of its own; refuses with `rail_unavailable`.
 */
export async function visitInvoice(
  access: RailAccess,
  key: OwnedId,
  intent: InvoiceVisitIntent,
): Promise<InvoiceVisit> {
  const facts = await loadFacts(access, key);
  if (facts === null) return { type: "unknown_link" };
  if (intent === "see") return shown(facts);

  const page = await pageAtRail(access, facts);
  if (facts.page !== null && page?.payment?.status === "succeeded") {
    const taken = await takePagePayment(access, facts.projectId, facts.page, page.payment);
    if (taken?.isGivenBack === true) return { type: "given_back" };
    const after = await loadFacts(access, key);
    return after === null ? { type: "unknown_link" } : shown(after);
  }
  if (!isPayableByLink(facts.invoice)) return shown(facts);
  if (intent === "return") return shown(facts, "not_finished");
  return toPage(access, facts, page);
}

function shown(
  { invoice, customer, seller, side }: ShownInvoice,
  note: "none" | NoteToPayer = "none",
): InvoiceVisit {
  return { type: "invoice", invoice, customer, seller, side, note };
}

async function loadFacts({ db }: RailAccess, key: OwnedId): Promise<VisitFacts | null> {
  const projectId = await db.acrossProjects((tx) => findProjectOfInvoice(tx, key));
  if (projectId === null) return null;
  return db.inProject(projectId, async (tx) => {
    const { name, side } = await getProject(tx);
    return {
      projectId,
      invoice: await getInvoice(tx, key),
      customer: await getCustomer(tx, key.customerId),
      seller: name,
      side,
      page: await findOpenPage(tx, key),
    };
  });
}

async function pageAtRail(
  { rails }: RailAccess,
  { projectId, page }: VisitFacts,
): Promise<RailCheckout | null> {
  const railRef = page?.railRef ?? null;
  if (railRef === null) return null;
  const answer = await rails(projectId).retrieveCheckout(railRef);
  return answer.type === "refused" ? null : answerOf(answer);
}

/** To the page that is open for what is left to pay, or to a new one. */
async function toPage(
  access: RailAccess,
  facts: VisitFacts,
  known: RailCheckout | null,
): Promise<InvoiceVisit> {
  const { projectId, invoice } = facts;
  const { customerId } = invoice;
  const isStillOpen = known?.status === "open" && known.url !== null;
  const page = await access.db.ofCustomer({ projectId, customerId }, (tx) =>
    currentPage(access.engine, tx, facts, isStillOpen || known === null),
  );
  if (page === null) return visitInvoice(access, invoice, "see");
  if (isStillOpen && page.id === facts.page?.id) return { type: "page", url: known.url ?? "" };
  return openPage(access, facts, page);
}

/**
 * The page for what is left to pay: the one that is there, if it asks for just that and has not ended, else
 * a new one. Null when nothing is to be paid there any more.
 */
async function currentPage(
  engine: Engine,
  tx: Tx,
  { invoice: { customerId, id }, customer, page: seen }: VisitFacts,
  mayStay: boolean,
): Promise<InvoicePage | null> {
  const invoice = await getInvoiceLocked(tx, { customerId, id });
  if (!isPayableByLink(invoice)) return null;
  const amountMinor = amountRemainingMinor(invoice);
  const there = await findOpenPage(tx, invoice);
  const hasEnded = !mayStay && there?.id === seen?.id;
  if (there !== null && there.amountMinor === amountMinor && !hasEnded) return there;
  if (there !== null) await closePage(tx, there);
  const page: InvoicePage = {
    customerId,
    id: engine.newId(),
    invoiceId: id,
    amountMinor,
    status: "open",
    railRef: null,
    createdAtMs: customerNow(customer, engine.clock.now()),
  };
  await insertInvoicePage(tx, page);
  return page;
}

/**
 * Opens a page at the rail. Two visits at once get the same one. The minute is in its key because a rail
 * keeps an answer with its key, also one that it had failed.
 */
async function openPage(
  access: RailAccess,
  facts: VisitFacts,
  page: InvoicePage,
): Promise<InvoiceVisit> {
  const { engine, rails, db } = access;
  const { projectId, invoice } = facts;
  const customerRef = await railCustomerRef(access, projectId, invoice.customerId);
  const link = engine.invoiceLinks.urlOf(invoice);
  const answer = await rails(projectId).openCheckout({
    key: formatOwnedId("invoicePage", page),
    generation: String(Math.floor(engine.clock.now() / MINUTE_MS)),
    customerRef,
    returnUrl: `${link}/return`,
    cancelUrl: link,
    currency: invoice.currency,
    payment: {
      amountMinor: page.amountMinor,
      description: `Invoice ${invoice.number}`,
      keepsCard: false,
    },
  });
  if (answer.type === "refused") return shown(facts, "not_by_card");
  const { ref, url } = answerOf(answer);
  await db.inProject(projectId, (tx) => updatePageRef(tx, page, ref));
  return { type: "page", url: url ?? link };
}
