import type { EpochMs } from "#kernel/clock.ts";
import type { Currency } from "#kernel/currency.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { RailName } from "./payment.ts";

/** inquiry → open → won | lost. A bank may also begin with an open one, or let an inquiry rest: won. */
export type DisputeStatus = "inquiry" | "open" | "won" | "lost";

/** A charge that its cardholder disputes. */
export interface Dispute extends OwnedId {
  readonly paymentId: bigint;
  readonly status: DisputeStatus;
  readonly currency: Currency;
  readonly amountMinor: bigint;
  /** In the bank's words: `fraudulent`, `product_not_received`. */
  readonly reason: string;
  readonly rail: RailName;
  readonly railRef: string;
  readonly openedAtMs: EpochMs;
  readonly closedAtMs: EpochMs | null;
}

/** A dispute as the rail tells it now. */
export interface RailDispute {
  readonly ref: string;
  readonly paymentRef: string | null;
  readonly status: DisputeStatus;
  readonly currency: Currency;
  readonly amountMinor: bigint;
  readonly reason: string;
}

/** The dispute after the rail's word on it. */
export function afterRailDispute(dispute: Dispute, found: RailDispute, nowMs: EpochMs): Dispute {
  const { status, reason } = found;
  return {
    ...dispute,
    status,
    reason,
    closedAtMs: isClosed(status) ? (dispute.closedAtMs ?? nowMs) : null,
  };
}

/** Whether it was decided. */
export function isClosed(status: DisputeStatus): boolean {
  return status === "won" || status === "lost";
}

/** What a change of status means for the money: 1 the bank took it, -1 it gave it back, 0 neither. */
export function disputeDirection(
  before: DisputeStatus | null,
  after: DisputeStatus,
): 1n | -1n | 0n {
  const [wasTaken, isTaken] = [isTakenIn(before), isTakenIn(after)];
  if (wasTaken === isTaken) return 0n;
  return isTaken ? 1n : -1n;
}

function isTakenIn(status: DisputeStatus | null): boolean {
  return status === "open" || status === "lost";
}
