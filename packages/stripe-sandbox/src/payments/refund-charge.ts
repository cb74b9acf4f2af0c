import { getCard } from "../cards/test-cards.ts";
import { type ChargeRecord, refundableAmount } from "../objects/charge.ts";
import { isInquiry } from "../objects/dispute.ts";
import type { RefundRecord } from "../objects/refund.ts";
import type { Transaction } from "../state/transaction.ts";
import type { Metadata } from "../wire/metadata.ts";
import { formatAmount } from "../wire/money.ts";
import { notAllowed } from "../wire/refusal.ts";

export type NewRefund = {
  /** In the currency's minor unit; null for all that is left. */
  readonly amount: number | null;
  readonly reason: RefundRecord["reason"];
  readonly metadata: Metadata;
};

/** How long the issuers of some test cards take to say what became of a refund. */
const settlementDelayMs = 2_000;

/** Gives money of a charge back. @throws Refusal when there is not that much left of it. */
export function refundCharge(
  tx: Transaction,
  charge: ChargeRecord,
  { amount: wanted, reason, metadata }: NewRefund,
): RefundRecord {
  const amount = wanted ?? refundableAmount(charge);
  refuseUnlessRefundable(tx, charge, amount);
  const later = getCard(charge.paymentMethod.cardNumber).refund;
  const atMs = tx.nowMs + settlementDelayMs;
  const refund = tx.put("refund", {
    id: tx.mint("re_"),
    createdMs: tx.nowMs,
    amount,
    currency: charge.currency,
    charge: charge.id,
    paymentIntent: charge.paymentIntent,
    customer: charge.customer,
    reason,
    metadata,
    status: later === "pending" ? "pending" : "succeeded",
    settlement:
      later === undefined
        ? null
        : { atMs, status: later === "fails_later" ? "failed" : "succeeded" },
  });
  const refunded = withRefunded(tx, charge, amount);
  tx.emit("refund.created", { kind: "refund", value: refund });
  tx.emit("charge.refunded", { kind: "charge", value: refunded });
  return refund;
}

function refuseUnlessRefundable(tx: Transaction, charge: ChargeRecord, amount: number): void {
  const dispute = charge.dispute === undefined ? null : tx.get("dispute", charge.dispute);
  if (charge.decline !== null) {
    throw notAllowed(`Charge ${charge.id} did not succeed, so there is nothing to refund.`, {
      param: "charge",
    });
  }
  if (dispute !== null && !isInquiry(dispute) && dispute.status !== "won") {
    throw notAllowed(`Charge ${charge.id} has been charged back; cannot issue a refund.`, {
      code: "charge_disputed",
    });
  }
  const left = refundableAmount(charge);
  if (left === 0) {
    throw notAllowed(`Charge ${charge.id} has already been refunded.`, {
      code: "charge_already_refunded",
    });
  }
  if (amount <= left) return;
  const [asked, there] = [amount, left].map((minor) => formatAmount(minor, charge.currency));
  throw notAllowed(
    `Refund amount (${asked}) is greater than unrefunded amount on charge (${there})`,
    { param: "amount" },
  );
}

function withRefunded(tx: Transaction, charge: ChargeRecord, change: number): ChargeRecord {
  const amountRefunded = (charge.amountRefunded ?? 0) + change;
  return tx.put("charge", { ...charge, amountRefunded });
}

/** Has issuers say what they had left open. A failed refund's money is the merchant's again. */
export function settleDueRefunds(tx: Transaction): void {
  for (const refund of tx.newestFirst("refund").toReversed()) {
    if (refund.settlement === null || refund.settlement.atMs > tx.nowMs) continue;
    const { status } = refund.settlement;
    const settled = tx.put("refund", { ...refund, status, settlement: null });
    tx.emit("refund.updated", { kind: "refund", value: settled });
    tx.emit("charge.refund.updated", { kind: "refund", value: settled });
    if (status === "succeeded") continue;
    withRefunded(tx, tx.get("charge", refund.charge), -refund.amount);
    tx.emit("refund.failed", { kind: "refund", value: settled });
  }
}
