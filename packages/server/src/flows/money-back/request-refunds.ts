import type { RailAccess } from "#flows/rail-customer.ts";
import { present } from "#kernel/assert.ts";
import { MINUTE_MS } from "#kernel/clock.ts";
import { formatOwnedId } from "#kernel/ids.ts";
import { customerNow } from "#modules/customers/domain/index.ts";
import { getCustomer } from "#modules/customers/index.ts";
import type { Payment, RailRefund, Refund } from "#modules/payments/domain/index.ts";
import {
  claimRefund,
  type DueRefund,
  findDueRefunds,
  getPayment,
  type RailAnswer,
} from "#modules/payments/index.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";
import { recordRefund, writeRefund } from "./record-refund.ts";

export interface RefundRequesting extends RailAccess {
  /** Told of a refund that broke off with an error; it is taken up again later. */
  readonly onDefect: (error: unknown, due: DueRefund) => void;
}

const BATCH_MAX = 50;
const AGAIN_MS = MINUTE_MS;

/**
 * Asks rails for the refunds that wait to be made. One whose answer was lost is looked up at the rail
 * before it is asked for again, so that it is made once. Answers how many were settled.
 */
export async function requestRefunds(requesting: RefundRequesting): Promise<number> {
  const wallNowMs = requesting.engine.clock.now();
  const due = await requesting.db.acrossProjects((tx) => findDueRefunds(tx, wallNowMs, BATCH_MAX));
  let count = 0;
  for (const refund of due) {
    const isSettled = await request(requesting, refund).catch((error: unknown) => {
      requesting.onDefect(error, refund);
      return false;
    });
    count += isSettled ? 1 : 0;
  }
  return count;
}

async function request(requesting: RefundRequesting, due: DueRefund): Promise<boolean> {
  const { engine, db, rails } = requesting;
  const wallNowMs = engine.clock.now();
  const claimed = await db.ofCustomer(due, async (tx) => {
    const refund = await claimRefund(tx, due, { wallNowMs, againMs: wallNowMs + AGAIN_MS });
    if (refund === null) return null;
    const { customerId, paymentId } = refund;
    return { refund, payment: await getPayment(tx, { customerId, id: paymentId }) };
  });
  if (claimed === null) return false;
  faultPoint("refund.claimed");
  const { refund, payment } = claimed;
  const answer = await asked(rails(due.projectId), refund, payment);
  faultPoint("refund.made");
  if (answer.type === "unknown") return false;
  await db.ofCustomer(due, async (tx) => {
    if (answer.type === "ok") {
      // Where a notice was faster, what it led to stands; the rail tells of each change that follows.
      await recordRefund(engine, tx, payment, { found: answer.value, known: refund.status });
      return;
    }
    const customer = await getCustomer(tx, due.customerId);
    const settledAtMs = customerNow(customer, engine.clock.now());
    const after: Refund = { ...refund, status: "failed", failureCode: answer.code, settledAtMs };
    await writeRefund(engine, tx, { payment, before: refund, after });
  });
  faultPoint("refund.committed");
  return true;
}

async function asked(
  rail: ReturnType<RailAccess["rails"]>,
  refund: Refund,
  payment: Payment,
): Promise<RailAnswer<RailRefund>> {
  const key = formatOwnedId("refund", refund);
  const paymentRef = present(payment.railRef, "what is given back was collected by a rail");
  const { amountMinor, currency, attemptCount } = refund;
  const found = attemptCount > 1 ? await rail.findRefund(paymentRef, key) : null;
  if (found !== null && found.type !== "ok") return found;
  if (found?.value != null) return { type: "ok", value: found.value };
  const paidMinor = payment.amountMinor;
  return rail.refundPayment({ key, paymentRef, paidMinor, amountMinor, currency });
}
