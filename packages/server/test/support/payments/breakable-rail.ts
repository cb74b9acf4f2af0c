import type { Rail } from "#modules/payments/index.ts";

/** What the next confirmation does instead of what it would, or beside it. */
export interface RailFaults {
  /** Its answer is lost: before the rail heard of it, or after. */
  confirm?: "before" | "after";
  /** Happens between the rail's deed and its answer. */
  onConfirmed?: () => Promise<void>;
}

/** A rail whose next confirmation goes by `faults`; each holds once. */
export function breakableRail(faults: RailFaults): (rail: Rail) => Rail {
  return (rail) => ({
    ...rail,
    async confirmPayment(...call) {
      const { confirm, onConfirmed } = faults;
      delete faults.confirm;
      delete faults.onConfirmed;
      if (confirm === "before") return { type: "unknown", reason: "never sent" };
      const answer = await rail.confirmPayment(...call);
      await onConfirmed?.();
      return confirm === "after" ? { type: "unknown", reason: "answer lost" } : answer;
    },
  });
}
