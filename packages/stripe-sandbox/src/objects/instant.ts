/** Stripe's wire counts whole seconds. */
export function toSeconds(ms: number): number {
  return Math.floor(ms / 1_000);
}
