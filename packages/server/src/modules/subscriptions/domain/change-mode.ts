/**
 * How a change takes effect.
 *
 * - `now_prorated`: at once. The unused part of what was paid in advance is credited, and the new terms
 *   are charged for the rest of the period.
 * - `now_full`: at once, as if the new terms had held since the period began: what was paid for it is
 *   credited in full, and the new terms are charged in full: for all of the period that the subscription
 *   ran or runs, whatever its days.
 * - `now_without`: at once, and nothing is credited or charged before the next period, or the next
 *   change, which counts what was paid.
 * - `at_period_end`: with the next period.
 */
export const changeModes = ["now_prorated", "now_full", "now_without", "at_period_end"] as const;

export type ChangeMode = (typeof changeModes)[number];

/** How a change takes effect that does not wait. */
export type NowMode = Exclude<ChangeMode, "at_period_end">;
