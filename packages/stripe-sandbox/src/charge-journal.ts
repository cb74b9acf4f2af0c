import type { ChargeRecord } from "./objects/charge.ts";
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
  readonly isDisputed: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdMs: number;
};

export type ChargeJournal = {
  /** Every charge there ever was, oldest first, declined ones included. */
  charges(): readonly JournaledCharge[];
};

export function createChargeJournal(store: Store): ChargeJournal {
  return { charges: () => Array.from(store.table("charge").values(), journaled) };
}

function journaled(charge: ChargeRecord): JournaledCharge {
  const { id, paymentIntent, customer, amount, currency, metadata, createdMs, decline } = charge;
  const status = decline === null ? "succeeded" : "failed";
  const { amountRefunded = 0, dispute } = charge;
  const fate = { status, amountRefunded, isDisputed: dispute !== undefined } as const;
  return { id, paymentIntent, customer, amount, currency, ...fate, metadata, createdMs };
}
