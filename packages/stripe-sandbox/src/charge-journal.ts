import type { ChargeRecord } from "./objects/charge.ts";
import type { RefundRecord } from "./objects/refund.ts";
import type { Store } from "./state/store.ts";

/** One attempt to move money, as tests like to count them. */
export type JournaledCharge = {
  readonly id: string;
  readonly paymentIntent: string;
  readonly customer: string | null;
  /** In the currency's minor unit. */
  readonly amount: number;
  readonly currency: string;
  readonly status: "failed" | "succeeded";
  /** In the currency's minor unit. */
  readonly amountRefunded: number;
  /** Oldest first, those that came back from the bank included. */
  readonly refunds: readonly JournaledRefund[];
  readonly isDisputed: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdMs: number;
};

/** Money of a charge that was given back. */
export type JournaledRefund = Pick<RefundRecord, "amount" | "id" | "metadata" | "status">;

export type ChargeJournal = {
  /** Every charge there ever was, oldest first, declined ones included. */
  charges(): readonly JournaledCharge[];
};

export function createChargeJournal(store: Store): ChargeJournal {
  return {
    charges() {
      const refunds = new Map<string, JournaledRefund[]>();
      for (const refund of store.table("refund").values()) {
        const { id, amount, status, metadata, charge } = refund;
        const others = refunds.get(charge) ?? [];
        refunds.set(charge, [...others, { id, amount, status, metadata }]);
      }
      return Array.from(store.table("charge").values(), (charge) =>
        journaled(charge, refunds.get(charge.id) ?? []),
      );
    },
  };
}

function journaled(charge: ChargeRecord, refunds: readonly JournaledRefund[]): JournaledCharge {
  const { id, paymentIntent, customer, amount, currency, metadata, createdMs, decline } = charge;
  const status = decline === null ? "succeeded" : "failed";
  const { amountRefunded = 0, dispute } = charge;
  const fate = { status, amountRefunded, refunds, isDisputed: dispute !== undefined } as const;
  return { id, paymentIntent, customer, amount, currency, ...fate, metadata, createdMs };
}
