import type { ProrationBasis } from "#kernel/proration.ts";
import type { ChangeMode } from "#modules/subscriptions/domain/index.ts";

export const prorationBases = [
  "exact_time",
  "days",
  "days_inclusive",
  "fixed_30_days",
] as const satisfies readonly ProrationBasis[];

/** What a plan says of changes of its subscriptions. */
export interface ChangePolicy {
  /** When it becomes more: a dearer plan, a higher quantity, another add-on. */
  readonly upgrade: ChangeMode;
  readonly downgrade: ChangeMode;
  /** How the parts of a period are measured. */
  readonly proration: ProrationBasis;
  /** Whether what costs more is granted only when it is paid. */
  readonly isPaymentGated: boolean;
}

export const usualChangePolicy: ChangePolicy = {
  upgrade: "now_prorated",
  downgrade: "at_period_end",
  proration: "exact_time",
  isPaymentGated: true,
};
