import type { OwnedId } from "#kernel/ids.ts";
import { sumMinor } from "#kernel/money.ts";
import type { Payment, RefundPart } from "#modules/payments/domain/index.ts";
import { listCollectedFor, listDisputesOf, listRefundsOf } from "#modules/payments/index.ts";
import type { Tx } from "#platform/db/database.ts";

/**
 * What is left to give back of a payment: what was neither given back nor taken by a bank, nor was more
 * than was owed, which is the customer's credit.
 */
export async function refundableMinor(tx: Tx, payment: Payment): Promise<bigint> {
  const refunds = await listRefundsOf(tx, payment);
  const disputes = await listDisputesOf(tx, payment);
  const gone = [
    ...refunds.filter(({ status }) => status !== "failed"),
    ...disputes.filter(({ status }) => status === "open" || status === "lost"),
  ];
  const goneMinor = sumMinor(gone.map(({ amountMinor }) => amountMinor));
  const leftMinor = payment.amountMinor - payment.surplusMinor - goneMinor;
  return leftMinor > 0n ? leftMinor : 0n;
}

/** What rails collected for an invoice and have not given back, nor a bank taken; newest first. */
export async function thereToRefund(tx: Tx, invoice: OwnedId): Promise<RefundPart[]> {
  const parts: RefundPart[] = [];
  for (const payment of await listCollectedFor(tx, invoice)) {
    const amountMinor = await refundableMinor(tx, payment);
    if (amountMinor > 0n) parts.push({ payment, amountMinor });
  }
  return parts;
}
