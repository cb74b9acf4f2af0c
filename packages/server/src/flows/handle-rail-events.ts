import { completeCheckout } from "#flows/checkout/complete-checkout.ts";
import { takePagePayment } from "#flows/invoice-page/take-payment.ts";
import { type Written, writeNewest } from "#flows/money-back/rail-word.ts";
import { recordDispute } from "#flows/money-back/record-dispute.ts";
import { recordRefund } from "#flows/money-back/record-refund.ts";
import { settleFound } from "#flows/settle-payment/settle-found.ts";
import { MINUTE_MS } from "#kernel/clock.ts";
import { parseOwnedId } from "#kernel/ids.ts";
import { findCheckout } from "#modules/checkout/index.ts";
import type { Payment, RailPayment } from "#modules/payments/domain/index.ts";
import {
  claimRailEvent,
  type DueRailEvent,
  findDueRailEvents,
  findPaymentByRailRef,
  type RailAnswer,
  updateRailEventHandled,
} from "#modules/payments/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";
import { sideBySide } from "#platform/jobs/side-by-side.ts";
import { ownerOf } from "./made-for.ts";
import { answerOf, type RailAccess } from "./rail-customer.ts";
import { renewCard } from "./renew-card.ts";

export interface RailEventHandling extends RailAccess {
  /** Told of a notice that could not be handled; it is tried again later. */
  readonly onDefect: (error: unknown, event: DueRailEvent) => void;
}

const BATCH_MAX = 100;

/** How many are with the rail at a time: one that does not answer holds up few others. */
const CONCURRENCY = 8;
const AGAIN_MS = MINUTE_MS;

/**
 * Handles the notices that rails have sent. A notice only says where to look: its object is asked
 * for afresh, so their order does not matter and neither does how often one comes. Answers how many
 * were handled.
 */
export async function handleRailEvents(handling: RailEventHandling): Promise<number> {
  const { db, engine } = handling;
  const wallNowMs = engine.clock.now();
  const due = await db.acrossProjects((tx) => findDueRailEvents(tx, wallNowMs, BATCH_MAX));
  let count = 0;
  await sideBySide(due, CONCURRENCY, async (event) => {
    try {
      if (await handle(handling, event)) count += 1;
    } catch (error) {
      handling.onDefect(error, event);
    }
  });
  return count;
}

async function handle(handling: RailEventHandling, event: DueRailEvent): Promise<boolean> {
  const { db, engine } = handling;
  const wallNowMs = engine.clock.now();
  const instants = { wallNowMs, againMs: wallNowMs + AGAIN_MS };
  const isOurs = await db.inProject(event.projectId, (tx) => claimRailEvent(tx, event, instants));
  if (!isOurs) return false;
  faultPoint("notice.claimed");
  const { projectId, about, objectRef } = event;
  if (about === "checkout") await handleCheckout(handling, projectId, objectRef);
  if (about === "payment") await handlePayment(handling, projectId, objectRef);
  if (about === "refund") await handleRefund(handling, projectId, objectRef);
  if (about === "card") await handleCard(handling, projectId, objectRef);
  if (about === "dispute") await handleDispute(handling, projectId, objectRef);
  faultPoint("notice.handled");
  await db.inProject(event.projectId, (tx) => updateRailEventHandled(tx, event, wallNowMs));
  faultPoint("notice.closed");
  return true;
}

async function handleCheckout(
  handling: RailEventHandling,
  projectId: number,
  pageRef: string,
): Promise<void> {
  const page = stillThere(await handling.rails(projectId).retrieveCheckout(pageRef));
  const madeFor = page?.madeFor ?? "";
  const key = parseOwnedId("checkout", madeFor);
  if (page !== null && key !== null) await completeCheckout(handling, projectId, key, page);
  const pageKey = parseOwnedId("invoicePage", madeFor);
  if (page?.payment == null || pageKey === null) return;
  await takePagePayment(handling, projectId, pageKey, page.payment);
}

async function handlePayment(
  handling: RailEventHandling,
  projectId: number,
  paymentRef: string,
): Promise<void> {
  const found = stillThere(await handling.rails(projectId).retrievePayment(paymentRef));
  if (found !== null) await settleOrComplete(handling, projectId, found);
}

async function settleOrComplete(
  handling: RailEventHandling,
  projectId: number,
  found: RailPayment,
): Promise<void> {
  if (found.madeFor === null) return;
  const { db } = handling;
  const paymentKey = parseOwnedId("payment", found.madeFor);
  if (paymentKey !== null) return settleFound(handling, projectId, paymentKey, found);

  const pageKey = parseOwnedId("invoicePage", found.madeFor);
  if (pageKey !== null) return void (await takePagePayment(handling, projectId, pageKey, found));

  // Paid on a page: the page knows the card, and what was bought.
  const checkoutKey = parseOwnedId("checkout", found.madeFor);
  if (checkoutKey === null) return;
  const checkout = await db.inProject(projectId, (tx) => findCheckout(tx, checkoutKey));
  if (checkout?.railRef == null) return;
  await handleCheckout(handling, projectId, checkout.railRef);
}

async function handleCard(
  { rails, db, engine }: RailEventHandling,
  projectId: number,
  ref: string,
): Promise<void> {
  const card = stillThere(await rails(projectId).retrievePaymentMethod(ref));
  if (card !== null) await db.inProject(projectId, (tx) => renewCard(engine, tx, card));
}

async function handleRefund(
  handling: RailEventHandling,
  projectId: number,
  ref: string,
): Promise<void> {
  await writeNewest(
    async () => stillThere(await handling.rails(projectId).retrieveRefund(ref)),
    (word) =>
      withPayment(handling, projectId, word.found.paymentRef, (tx, payment) =>
        recordRefund(handling.engine, tx, payment, word),
      ),
  );
}

async function handleDispute(
  handling: RailEventHandling,
  projectId: number,
  ref: string,
): Promise<void> {
  await writeNewest(
    async () => stillThere(await handling.rails(projectId).retrieveDispute(ref)),
    (word) =>
      withPayment(handling, projectId, word.found.paymentRef, (tx, payment) =>
        recordDispute(handling.engine, tx, payment, word),
      ),
  );
}

/**
 * Writes something of the payment that an object at the rail belongs to. What the rail says of it is
 * settled before, since this notice may have overtaken that of the charge. Does nothing for another's
 * money.
 */
async function withPayment<Status>(
  handling: RailEventHandling,
  projectId: number,
  paymentRef: string | null,
  write: (tx: Tx, payment: Payment) => Promise<Written<Status>>,
): Promise<Written<Status>> {
  if (paymentRef === null) return NOTHING_TO_WRITE;
  const found = stillThere(await handling.rails(projectId).retrievePayment(paymentRef));
  if (found?.madeFor == null) return NOTHING_TO_WRITE;
  await settleOrComplete(handling, projectId, found);
  const customerId = ownerOf(found.madeFor);
  if (customerId === null) return NOTHING_TO_WRITE;
  return handling.db.ofCustomer({ projectId, customerId }, async (tx) => {
    const payment = await findPaymentByRailRef(tx, customerId, found.ref);
    return payment === null ? NOTHING_TO_WRITE : write(tx, payment);
  });
}

const NOTHING_TO_WRITE = { isWritten: true } as const;

/** What the rail has of it. A rail that knows no such object leaves nothing to be done. */
function stillThere<Value>(answer: RailAnswer<Value>): Value | null {
  return answer.type === "refused" ? null : answerOf(answer);
}
