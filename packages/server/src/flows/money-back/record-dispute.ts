import type { Engine } from "#flows/engine.ts";
import type { EpochMs } from "#kernel/clock.ts";
import { customerNow } from "#modules/customers/domain/index.ts";
import { getCustomer } from "#modules/customers/index.ts";
import { postTransfers } from "#modules/ledger/index.ts";
import {
  afterRailDispute,
  type Dispute,
  type DisputeStatus,
  disputeDirection,
  isClosed,
  type Payment,
  type RailDispute,
} from "#modules/payments/domain/index.ts";
import {
  findDisputeByRailRef,
  insertDispute,
  lockPayment,
  updateDispute,
} from "#modules/payments/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";
import { tellOfPayment } from "./payment-event.ts";
import { isOvertaken, type RailWord, type Written } from "./rail-word.ts";

/**
 * Writes what the rail says of a dispute, new or known. The books follow the money: what the bank took
 * stands in `disputes` until it is given back. Told twice it happens once. Writes nothing where somebody
 * has written another word meanwhile, which may be the newer one.
 */
export async function recordDispute(
  engine: Engine,
  tx: Tx,
  of: Payment,
  { found, known }: RailWord<RailDispute>,
): Promise<Written<DisputeStatus>> {
  const payment = (await lockPayment(tx, of)) ?? of;
  const customer = await getCustomer(tx, payment.customerId);
  const nowMs = customerNow(customer, engine.clock.now());
  const before = await findDisputeByRailRef(tx, payment.customerId, found.ref);
  if (isOvertaken(before, found, known)) return { isWritten: false, standing: before.status };
  const after = afterRailDispute(before ?? newDispute(engine, payment, found, nowMs), found, nowMs);

  if (before === null) await insertDispute(tx, after);
  else await updateDispute(tx, after);
  await postTransfers(tx, [disputeTransfer(payment, before?.status ?? null, after, nowMs)]);
  const told = { payment, dispute: after, nowMs };
  if (before === null) await tellOfPayment(engine, tx, "dispute.opened", told);
  if (isClosed(after.status) && !isClosed(before?.status ?? "inquiry")) {
    await tellOfPayment(engine, tx, "dispute.closed", told);
  }
  faultPoint("dispute.written");
  return { isWritten: true };
}

function newDispute(
  { newId }: Engine,
  { customerId, id, rail }: Payment,
  found: RailDispute,
  nowMs: EpochMs,
): Dispute {
  const { ref, status, currency, amountMinor, reason } = found;
  const money = { currency, amountMinor };
  const dated = { openedAtMs: nowMs, closedAtMs: null };
  return {
    customerId,
    id: newId(),
    paymentId: id,
    status,
    ...money,
    reason,
    rail,
    railRef: ref,
    ...dated,
  };
}

function disputeTransfer(
  { customerId, rail }: Payment,
  before: DisputeStatus | null,
  after: Dispute,
  nowMs: EpochMs,
) {
  return {
    customerId,
    currency: after.currency,
    debitAccount: "disputes",
    creditAccount: `rail:${rail}`,
    amountMinor: after.amountMinor * disputeDirection(before, after.status),
    sourceType: "dispute",
    sourceId: after.id,
    occurredAtMs: nowMs,
  } as const;
}
