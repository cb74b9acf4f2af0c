import { completeCheckout } from "#flows/checkout/complete-checkout.ts";
import type { CheckoutVisiting } from "#flows/checkout/visit-checkout.ts";
import { settlePayment } from "#flows/settle-payment/settle-payment.ts";
import { MINUTE_MS } from "#kernel/clock.ts";
import { type OwnedId, parseOwnedId } from "#kernel/ids.ts";
import { findCheckout } from "#modules/checkout/index.ts";
import { findAttempt, type RailPayment } from "#modules/payments/domain/index.ts";
import {
  claimRailEvent,
  type DueRailEvent,
  findDueRailEvents,
  listAttempts,
  lockPayment,
  type RailAnswer,
  updateRailEventHandled,
} from "#modules/payments/index.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";
import { answerOf } from "./rail-customer.ts";

export interface RailEventHandling extends CheckoutVisiting {
  /** Told of a notice that could not be handled; it is tried again later. */
  readonly onDefect: (error: unknown, event: DueRailEvent) => void;
}

const BATCH_MAX = 100;
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
  for (const event of due) {
    const isHandled = await handle(handling, event).catch((error: unknown) => {
      handling.onDefect(error, event);
      return false;
    });
    count += isHandled ? 1 : 0;
  }
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
  const key = parseOwnedId("checkout", page?.madeFor ?? "");
  if (page === null || key === null) return;
  const completed = await completeCheckout(handling, projectId, key, page);
  if (completed === null || completed.strayPaymentRef === null) return;
  handling.onStrayPayment(completed.strayPaymentRef, completed.checkout);
}

async function handlePayment(
  handling: RailEventHandling,
  projectId: number,
  paymentRef: string,
): Promise<void> {
  const { db, rails } = handling;
  const found = stillThere(await rails(projectId).retrievePayment(paymentRef));
  if (found?.madeFor == null) return;
  const paymentKey = parseOwnedId("payment", found.madeFor);
  if (paymentKey !== null) return settleFound(handling, projectId, paymentKey, found);

  // Paid on a page: the page knows the card, and what was bought.
  const checkoutKey = parseOwnedId("checkout", found.madeFor);
  if (checkoutKey === null) return;
  const checkout = await db.inProject(projectId, (tx) => findCheckout(tx, checkoutKey));
  if (checkout?.railRef == null) return;
  await handleCheckout(handling, projectId, checkout.railRef);
}

/** What the rail has of it. A rail that knows no such object leaves nothing to be done. */
function stillThere<Value>(answer: RailAnswer<Value>): Value | null {
  return answer.type === "refused" ? null : answerOf(answer);
}

/**
 * Settles what the rail says of a payment, when it says something new. Never confirms anything: an
 * attempt that the rail has not seen may be on its way from another process.
 */
async function settleFound(
  { engine, db }: RailEventHandling,
  projectId: number,
  key: OwnedId,
  found: RailPayment,
): Promise<void> {
  await db.inProject(projectId, async (tx) => {
    const payment = await lockPayment(tx, key);
    if (payment === null || payment.railRef !== found.ref) return;
    const attempts = await listAttempts(tx, key);
    const known = new Set(attempts.flatMap(({ chargeRef }) => chargeRef ?? []));
    const finding = findAttempt(found, known);
    if (finding.type !== "settled") return;
    const open = attempts.find(({ settledAtMs }) => settledAtMs === null);
    await settlePayment(engine, tx, {
      payment: key,
      attemptNumber: open?.attemptNumber ?? null,
      outcome: finding.outcome,
      chargeRef: found.latestChargeRef,
    });
  });
}
