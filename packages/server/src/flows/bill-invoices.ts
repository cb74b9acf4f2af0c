import { present } from "#kernel/assert.ts";
import type { Customer } from "#modules/customers/domain/index.ts";
import {
  type CreditedDraft,
  type DraftInvoice,
  dueAt,
  type Invoice,
  type PaymentTerms,
  type TermedDraft,
  termsFor,
  withCreditApplied,
} from "#modules/invoices/domain/index.ts";
import { issueInvoices } from "#modules/invoices/index.ts";
import type { Transfer } from "#modules/ledger/domain/index.ts";
import { holdCredit, postTransfers } from "#modules/ledger/index.ts";
import { type Payment, planCollection } from "#modules/payments/domain/index.ts";
import { insertPayments } from "#modules/payments/index.ts";
import { getProject } from "#modules/projects/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";
import type { Engine } from "./engine.ts";

/** The rail that collects every invoice, until a customer can choose another. */
const RAIL = "stripe";

/**
 * Issues invoices: their customers' credit is applied, what is owed goes into the books, the collecting
 * of what is left to pay is put on the list, and the invoice gets its number. `creditMostMinor` is the
 * most that each may take of its customer's credit; null for all that is there. Takes the project's
 * invoice counter, so call it near the end.
 */
export async function billInvoices(
  { newId }: Pick<Engine, "newId">,
  tx: Tx,
  drafts: readonly DraftInvoice[],
  customers: ReadonlyMap<bigint, Customer>,
  creditMostMinor: bigint | null = null,
): Promise<Invoice[]> {
  if (drafts.length === 0) return [];
  const customerIds = [...new Set(drafts.map(({ customerId }) => customerId))];
  const credit = await holdCredit(tx, customerIds);
  const { paymentTerms } = await getProject(tx);
  const termed = drafts.map((draft) =>
    onTerms(draft, present(customers.get(draft.customerId), BILLED_IS_KNOWN), paymentTerms),
  );
  const credited = withCreditApplied(termed, credit, creditMostMinor);
  await postTransfers(tx, credited.flatMap(invoiceTransfers));
  faultPoint("close.booked");
  const payments = credited.flatMap((draft) => {
    const { testClockAtMs } = present(customers.get(draft.customerId), BILLED_IS_KNOWN);
    return collected(draft, newId(), testClockAtMs !== null) ?? [];
  });
  await insertPayments(tx, payments);
  return issueInvoices(tx, credited);
}

const BILLED_IS_KNOWN = "who is billed is known";

/** Says how and until when it is to be paid, by its own terms or its customer's. */
function onTerms(
  { terms: asked, ...draft }: DraftInvoice,
  { paymentTerms: own, timeZone }: Customer,
  ofProject: PaymentTerms,
): TermedDraft {
  const terms = asked ?? termsFor(own, ofProject);
  const dueAtMs = dueAt(terms, draft.issuedAtMs, timeZone);
  return { ...draft, collection: terms.collection, dueAtMs };
}

function collected(draft: CreditedDraft, id: bigint, isOnTestClock: boolean): Payment | null {
  // What is sent waits to be paid: by hand, or not at all.
  if (draft.collection === "send") return null;
  return planCollection(
    { ...draft, dueMinor: draft.totalMinor - draft.creditAppliedMinor },
    { id, rail: RAIL, isOnTestClock, nowMs: draft.issuedAtMs },
  );
}

/** What is owed and earned, and what of it the customer's credit settles or, below zero, gains. */
function invoiceTransfers(draft: CreditedDraft): Transfer[] {
  const shared = {
    customerId: draft.customerId,
    currency: draft.currency,
    sourceType: "invoice",
    sourceId: draft.id,
    occurredAtMs: draft.issuedAtMs,
  } as const;
  return [
    {
      ...shared,
      debitAccount: "receivable",
      creditAccount: "revenue",
      amountMinor: draft.totalMinor,
    },
    {
      ...shared,
      debitAccount: "customer_credit",
      creditAccount: "receivable",
      amountMinor: draft.creditAppliedMinor,
    },
  ];
}
