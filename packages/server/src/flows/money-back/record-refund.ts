import type { Engine } from "#flows/engine.ts";
import type { EpochMs } from "#kernel/clock.ts";
import { parseOwnedId } from "#kernel/ids.ts";
import { customerNow } from "#modules/customers/domain/index.ts";
import { getCustomer } from "#modules/customers/index.ts";
import { postTransfers } from "#modules/ledger/index.ts";
import {
  afterRailRefund,
  type Payment,
  pendingRefund,
  type RailRefund,
  type Refund,
  type RefundStatus,
  refundDirection,
} from "#modules/payments/domain/index.ts";
import {
  findRefund,
  findRefundByRailRef,
  insertRefund,
  lockPayment,
  updateRefund,
} from "#modules/payments/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";
import { tellOfPayment } from "./payment-event.ts";
import { isOvertaken, type RailWord, type Written } from "./rail-word.ts";

/**
 * Writes what the rail says of a refund: one that was asked for here, or one that somebody made at the
 * rail. The books follow the money, also back when a bank returns it. Told twice it happens once. Writes
 * nothing where somebody has written another word meanwhile, which may be the newer one.
 */
export async function recordRefund(
  engine: Engine,
  tx: Tx,
  of: Payment,
  { found, known }: RailWord<RailRefund>,
): Promise<Written<RefundStatus>> {
  const payment = (await lockPayment(tx, of)) ?? of;
  const customer = await getCustomer(tx, payment.customerId);
  const nowMs = customerNow(customer, engine.clock.now());
  const kept = await findKept(tx, payment, found);
  if (isOvertaken(kept, found, known)) return { isWritten: false, standing: kept.status };
  const before = kept ?? (await inserted(engine, tx, payment, found));
  await writeRefund(engine, tx, { payment, before, after: afterRailRefund(before, found, nowMs) });
  return { isWritten: true };
}

/** Writes a refund as it stands now, and what follows from its change of status. */
export async function writeRefund(
  engine: Engine,
  tx: Tx,
  { payment, before, after }: RefundChange,
): Promise<void> {
  const nowMs = after.settledAtMs ?? engine.clock.now();
  await updateRefund(tx, after, engine.clock.now());
  if (before.status === after.status) return;
  await postTransfers(tx, [refundTransfer(payment, before, after, nowMs)]);
  const type = after.status === "succeeded" ? "payment.refunded" : "payment.refund_failed";
  await tellOfPayment(engine, tx, type, { payment, refund: after, nowMs });
  faultPoint("refund.written");
}

interface RefundChange {
  readonly payment: Payment;
  readonly before: Refund;
  readonly after: Refund;
}

/** Money that had come for an invoice was earned; what came for nothing never was. */
function refundTransfer(payment: Payment, before: Refund, after: Refund, nowMs: EpochMs) {
  return {
    customerId: payment.customerId,
    currency: after.currency,
    debitAccount: payment.invoiceId === null ? "unapplied" : "refunds",
    creditAccount: `rail:${payment.rail}`,
    amountMinor: after.amountMinor * refundDirection(before.status, after.status),
    sourceType: "refund",
    sourceId: after.id,
    occurredAtMs: nowMs,
  } as const;
}

async function findKept(
  tx: Tx,
  { customerId }: Payment,
  found: RailRefund,
): Promise<Refund | null> {
  const ours = found.madeFor === null ? null : parseOwnedId("refund", found.madeFor);
  const asked = ours?.customerId === customerId ? await findRefund(tx, ours) : null;
  return asked ?? findRefundByRailRef(tx, customerId, found.ref);
}

async function inserted(
  engine: Engine,
  tx: Tx,
  payment: Payment,
  found: RailRefund,
): Promise<Refund> {
  const customer = await getCustomer(tx, payment.customerId);
  const refund = pendingRefund(payment, {
    id: engine.newId(),
    amountMinor: found.amountMinor,
    reason: found.reason,
    creditNoteId: null,
    railRef: found.ref,
    nowMs: customerNow(customer, engine.clock.now()),
  });
  await insertRefund(tx, refund, { askRailMs: null });
  return refund;
}
