import type { RailAccess } from "#flows/rail-customer.ts";
import type { OwnedId } from "#kernel/ids.ts";
import { findAttempt, PAYMENT_CANCELED, type RailPayment } from "#modules/payments/domain/index.ts";
import { listAttempts, lockPayment, updatePayment } from "#modules/payments/index.ts";
import { settlePayment } from "./settle-payment.ts";

/**
 * Settles what the rail says of a payment, when it says something new. Never confirms anything: an
 * attempt that the rail has not seen may be on its way from another process.
 */
export async function settleFound(
  { engine, db }: Pick<RailAccess, "engine" | "db">,
  projectId: number,
  key: OwnedId,
  found: RailPayment,
): Promise<void> {
  await db.inProject(projectId, async (tx) => {
    const payment = await lockPayment(tx, key);
    if (payment === null || payment.railRef !== found.ref) return;
    const attempts = await listAttempts(tx, key);
    const known = new Set(attempts.flatMap(({ chargeRef }) => chargeRef ?? []));
    const finding = findAttempt(found, known);
    if (finding.type !== "settled") return;
    const open = attempts.find(({ settledAtMs }) => settledAtMs === null);
    if (open === undefined && found.status === "canceled") {
      // No attempt fails by it: the next one makes another at the rail. Nor does its payer's link lead
      // anywhere until then, if there is one.
      const canceled = { ...payment, railRef: null, lastFailureCode: PAYMENT_CANCELED };
      await updatePayment(tx, canceled, engine.clock.now());
      return;
    }
    await settlePayment(engine, tx, {
      payment: key,
      attemptNumber: open?.attemptNumber ?? null,
      outcome: finding.outcome,
      chargeRef: found.latestChargeRef,
    });
  });
}
