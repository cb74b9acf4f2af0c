import type { Engine } from "#flows/engine.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { RailPayment } from "#modules/payments/domain/index.ts";
import { keepRailRef } from "#modules/payments/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { settlePayment } from "./settle-payment.ts";

/** Settles a payment that its payer has made on a page of the rail: no attempt of ours brought it. */
export async function settlePagePayment(
  engine: Engine,
  tx: Tx,
  payment: OwnedId,
  paid: RailPayment,
): Promise<void> {
  await keepRailRef(tx, payment, paid.ref);
  await settlePayment(engine, tx, {
    payment,
    attemptNumber: null,
    outcome: { type: "succeeded" },
    chargeRef: paid.latestChargeRef,
  });
}
