import { settleFound } from "#flows/settle-payment/settle-found.ts";
import { formatOwnedId, type OwnedId } from "#kernel/ids.ts";
import type { Payment, PaymentMethod, RailPayment } from "#modules/payments/domain/index.ts";
import {
  actionLink,
  findDefaultPaymentMethod,
  findProjectOfPayment,
  getPayment,
} from "#modules/payments/index.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";
import { answerOf, type RailAccess } from "./rail-customer.ts";

/** Where a visit to a payment that waits for its payer leads. */
export type PaymentVisit =
  /** To the bank's page. */
  | { readonly type: "page"; readonly url: string }
  | { readonly type: "paid" }
  /** The bank's page was left without success; it may be visited again. */
  | { readonly type: "not_finished" }
  /** It was given up, or there is no card to charge any more. */
  | { readonly type: "ended" }
  | { readonly type: "unknown_link" };

interface VisitFacts {
  readonly projectId: number;
  readonly payment: Payment;
  readonly card: PaymentMethod | null;
}

/**
 * Follows the link of a payment for which the bank wants the payer: to the bank's page, and back from
 * it (`isReturn`). The rail's own payment is the one that every attempt confirms, so that nothing is
 * charged twice however this and the retries meet. Runs transactions of its own; refuses with
 * `rail_unavailable`.
 */
export async function visitPayment(
  access: RailAccess,
  key: OwnedId,
  { isReturn }: { readonly isReturn: boolean },
): Promise<PaymentVisit> {
  const facts = await loadFacts(access, key);
  if (facts === null) return { type: "unknown_link" };
  const { projectId, payment, card } = facts;
  if (payment.status === "succeeded") return { type: "paid" };
  if (payment.status !== "pending" || payment.railRef === null) return { type: "ended" };

  const found = answerOf(await access.rails(projectId).retrievePayment(payment.railRef));
  const seen = await outcomeOf(access, facts, found);
  if (seen !== null) return seen;
  if (isReturn) return { type: "not_finished" };
  if (card === null) return { type: "ended" };
  return begin(access, facts, { methodRef: card.railRef, ref: payment.railRef });
}

async function loadFacts({ db }: RailAccess, key: OwnedId): Promise<VisitFacts | null> {
  const projectId = await db.acrossProjects((tx) => findProjectOfPayment(tx, key));
  if (projectId === null) return null;
  const { customerId } = key;
  return db.ofCustomer({ projectId, customerId }, async (tx) => ({
    projectId,
    payment: await getPayment(tx, key),
    card: await findDefaultPaymentMethod(tx, customerId),
  }));
}

async function begin(
  access: RailAccess,
  facts: VisitFacts,
  { ref, methodRef }: { readonly ref: string; readonly methodRef: string },
): Promise<PaymentVisit> {
  const { engine, rails } = access;
  const returnUrl = `${actionLink(engine.publicUrl, facts.payment)}/return`;
  // Each visit is a new one: what the bank said to an earlier one may have passed.
  const key = `${formatOwnedId("payment", facts.payment)}:visit:${engine.newId()}`;
  const answer = await rails(facts.projectId).authenticatePayment(ref, methodRef, {
    returnUrl,
    key,
  });
  faultPoint("payer.sent");
  if (answer.type === "refused") return { type: "not_finished" };
  return (await outcomeOf(access, facts, answerOf(answer))) ?? { type: "not_finished" };
}

/** What the rail's word comes to; null while the payment waits to be confirmed. */
async function outcomeOf(
  access: RailAccess,
  { projectId, payment }: VisitFacts,
  found: RailPayment,
): Promise<PaymentVisit | null> {
  if (found.status === "succeeded") {
    faultPoint("payer.returned");
    await settleFound(access, projectId, payment, found);
    return { type: "paid" };
  }
  if (found.status === "canceled") return { type: "ended" };
  if (found.status === "pending") return { type: "not_finished" };
  return found.actionUrl === null ? null : { type: "page", url: found.actionUrl };
}
