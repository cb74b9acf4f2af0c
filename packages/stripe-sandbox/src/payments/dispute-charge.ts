import { getCard } from "../cards/test-cards.ts";
import type { ChargeRecord } from "../objects/charge.ts";
import { type DisputeRecord, type Evidence, isClosed, isInquiry } from "../objects/dispute.ts";
import type { Transaction } from "../state/transaction.ts";

const daysToRespond = 9;
const dayMs = 24 * 60 * 60_000;

/** Opens the dispute that follows a charge of this card, if one does. */
export function disputeCharge(tx: Transaction, charge: ChargeRecord): void {
  const { brand, dispute: kind } = getCard(charge.paymentMethod.cardNumber);
  if (kind === undefined) return;
  const dispute = tx.put("dispute", {
    id: tx.mint("du_"),
    createdMs: tx.nowMs,
    dueMs: tx.nowMs + daysToRespond * dayMs,
    amount: charge.amount,
    currency: charge.currency,
    brand,
    charge: charge.id,
    paymentIntent: charge.paymentIntent,
    reason: kind.reason,
    status: kind.isInquiry ? "warning_needs_response" : "needs_response",
    evidence: {},
    submissionCount: 0,
    metadata: {},
  });
  tx.put("charge", { ...charge, dispute: dispute.id });
  tx.emit("charge.dispute.created", { kind: "dispute", value: dispute });
  if (!kind.isInquiry)
    tx.emit("charge.dispute.funds_withdrawn", { kind: "dispute", value: dispute });
}

/**
 * Hands evidence to the bank. It decides at once, and by three words of `uncategorized_text` only:
 * `winning_evidence`, `losing_evidence` and, for an inquiry, `escalate_inquiry_evidence`.
 */
export function submitEvidence(
  tx: Transaction,
  dispute: DisputeRecord,
  evidence: Evidence,
): DisputeRecord {
  const submitted = tx.put("dispute", {
    ...dispute,
    evidence,
    submissionCount: dispute.submissionCount + 1,
    status: isInquiry(dispute) ? "warning_under_review" : "under_review",
  });
  tx.emit("charge.dispute.updated", { kind: "dispute", value: submitted });
  switch (evidence.uncategorized_text) {
    case "winning_evidence":
      return closeDispute(tx, submitted, "won");
    case "losing_evidence":
      return closeDispute(tx, submitted, "lost");
    case "escalate_inquiry_evidence":
      return isInquiry(submitted) ? escalate(tx, submitted) : submitted;
    default:
      return submitted;
  }
}

/** The bank takes the money back after all. */
function escalate(tx: Transaction, inquiry: DisputeRecord): DisputeRecord {
  const dispute = tx.put("dispute", { ...inquiry, status: "needs_response" });
  tx.emit("charge.dispute.updated", { kind: "dispute", value: dispute });
  tx.emit("charge.dispute.funds_withdrawn", { kind: "dispute", value: dispute });
  return dispute;
}

/** Ends a dispute. An inquiry, which took no money, ends without a winner. */
export function closeDispute(
  tx: Transaction,
  open: DisputeRecord,
  outcome: "lost" | "won",
): DisputeRecord {
  const status = isInquiry(open) ? "warning_closed" : outcome;
  const closed = tx.put("dispute", { ...open, status });
  tx.emit("charge.dispute.closed", { kind: "dispute", value: closed });
  if (status === "won")
    tx.emit("charge.dispute.funds_reinstated", { kind: "dispute", value: closed });
  return closed;
}

/** A dispute that nobody answered in time is lost. */
export function closeDueDisputes(tx: Transaction): void {
  for (const dispute of tx.newestFirst("dispute").toReversed()) {
    const isAwaited = !isClosed(dispute) && !dispute.status.endsWith("under_review");
    if (isAwaited && dispute.dueMs <= tx.nowMs) closeDispute(tx, dispute, "lost");
  }
}
