import { assert } from "#kernel/assert.ts";
import type { EpochMs } from "#kernel/clock.ts";

/** What is licensed from an instant of the running period on, to its end. */
export interface LicenseStep {
  readonly fromMs: EpochMs;
  readonly quantity: bigint;
}

/** A plan version, and how much of it a subscription has. */
export interface Item {
  readonly planId: bigint;
  readonly planVersion: number;
  /** As it was asked for. */
  readonly quantity: bigint;
  /** What that is billed as from now on, by the plan's bands. */
  readonly billable: bigint;
  /**
   * What was licensed since when in the running period, rising. Null is what is billed, since the
   * period began.
   */
  readonly licensed: readonly LicenseStep[] | null;
}

/** What was licensed since when in a period that began at `startMs`. */
export function licenseSteps(
  { licensed, billable }: Pick<Item, "billable" | "licensed">,
  startMs: EpochMs,
): readonly LicenseStep[] {
  return licensed ?? [{ fromMs: startMs, quantity: billable }];
}

/** What is licensed today: the highest quantity of the running period, since it is paid for. */
export function licensedQuantity({
  licensed,
  billable,
}: Pick<Item, "billable" | "licensed">): bigint {
  return licensed?.at(-1)?.quantity ?? billable;
}

/** An item of another quantity from an instant of its running period on: what is licensed never falls. */
export function withQuantity(
  item: Item,
  { quantity, billable }: Pick<Item, "quantity" | "billable">,
  at: { readonly startMs: EpochMs; readonly nowMs: EpochMs },
): Item {
  assert(quantity > 0n, "nobody has nothing of a plan");
  const steps = licenseSteps(item, at.startMs);
  const after = { ...item, quantity, billable };
  if (billable <= licensedQuantity(item)) return { ...after, licensed: steps };
  const earlier = steps.filter(({ fromMs }) => fromMs < at.nowMs);
  return { ...after, licensed: [...earlier, { fromMs: at.nowMs, quantity: billable }] };
}
