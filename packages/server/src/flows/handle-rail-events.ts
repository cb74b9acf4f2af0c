import { MINUTE_MS } from "#kernel/clock.ts";
import { parseOwnedId } from "#kernel/ids.ts";
import { getCheckout } from "#modules/checkout/index.ts";
import { findAttempt, type RailPayment } from "#modules/payments/domain/index.ts";
import {
  claimRailEvent,
  type DueRailEvent,
  findDueRailEvents,
  listAttempts,
  lockPayment,
  updateRailEventHandled,
} from "#modules/payments/index.ts";
import { completeCheckout } from "./checkout/complete-checkout.ts";
import type { CheckoutVisiting } from "./checkout/visit-checkout.ts";
import { answerOf } from "./rail-customer.ts";
import { settlePayment } from "./settle-payment/settle-payment.ts";

export interface RailEventHandling extends CheckoutVisiting {
  /** Told of a notice that could not be handled; it is tried again later. */
  readonly onDefect: (error: unknown, event: DueRailEvent) => void;
}

const BATCH_MAX = 100;
const AGAIN_MS = MINUTE_MS;

/**
 * Handles the notices that rails have sent. A notice only says where to look: its object is asked for
 * afresh, so their order does not matter and neither does how often one comes. Answers how many were
 * handled.
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
  if (event.about === "checkout") await handleCheckout(handling, event);
  if (event.about === "payment") await handlePayment(handling, event);
  await db.inProject(event.projectId, (tx) => updateRailEventHandled(tx, event, wallNowMs));
  return true;
}

async function handleCheckout(
  handling: RailEventHandling,
  { projectId, objectRef }: DueRailEvent,
): Promise<void> {
  const page = answerOf(await handling.rails(projectId).retrieveCheckout(objectRef));
  const key = parseOwnedId("checkout", page.madeFor ?? "");
  if (key === null) return;
  const completed = await completeCheckout(handling, projectId, key, page);
  if (completed === null || completed.strayPaymentRef === null) return;
  handling.onStrayPayment(completed.strayPaymentRef, completed.checkout);
}

async function handlePayment(
  handling: RailEventHandling,
  { projectId, objectRef }: DueRailEvent,
): Promise<void> {
  const { db, rails } = handling;
  const found = answerOf(await rails(projectId).retrievePayment(objectRef));
  const checkoutKey = parseOwnedId("checkout", found.madeFor ?? "");
  if (checkoutKey !== null) {
    // Paid on a page: the page knows the card and what was bought.
    const { railRef } = await db.inProject(projectId, (tx) => getCheckout(tx, checkoutKey));
    if (railRef === null) return;
    return handleCheckout(handling, { projectId, objectRef: railRef } as DueRailEvent);
  }
  await settleFound(handling, projectId, found);
}

/**
 * Settles what the rail says of a payment, when it says something new. Never confirms anything: an
 * attempt that the rail has not seen may be on its way from another process.
 */
async function settleFound(
  { engine, db }: RailEventHandling,
  projectId: number,
  found: RailPayment,
): Promise<void> {
  const key = parseOwnedId("payment", found.madeFor ?? "");
  if (key === null) return;
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
