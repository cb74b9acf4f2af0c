import type { ApiDependencies } from "./api.ts";
import { expireDueSessions } from "./checkout/expire-session.ts";
import { closeDueDisputes } from "./payments/dispute-charge.ts";
import { settleDueRefunds } from "./payments/refund-charge.ts";
import { Transaction } from "./state/transaction.ts";

const secondMs = 1_000;

type Dependencies = Pick<ApiDependencies, "commit" | "now" | "randomBytes" | "store">;

/**
 * What happens by itself when its time has come, whoever asks. The times that matter are whole
 * seconds, so more than one look in a second is none.
 */
export function createPassageOfTime({ store, now, randomBytes, commit }: Dependencies): () => void {
  let checkedSecond = Number.NEGATIVE_INFINITY;
  return () => {
    const nowMs = now();
    const second = Math.floor(nowMs / secondMs);
    if (second === checkedSecond) return;
    checkedSecond = second;
    const tx = new Transaction(store, { nowMs, randomBytes, request: null });
    expireDueSessions(tx);
    settleDueRefunds(tx);
    closeDueDisputes(tx);
    if (tx.changes.length > 0) commit(tx.changes);
  };
}
