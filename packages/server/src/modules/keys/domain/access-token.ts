import type { EpochMs } from "#kernel/clock.ts";

/** A token of a merchant's own server. Its secret is not part of it: only a keyed hash is kept. */
export interface AccessToken {
  readonly id: bigint;
  readonly name: string;
  /** What it may do, as granted when it was made. */
  readonly scopes: readonly string[];
  readonly createdAtMs: EpochMs;
  /** From this instant on it opens nothing; null when it does not expire. */
  readonly expiresAtMs: EpochMs | null;
  readonly revokedAtMs: EpochMs | null;
}

export type TokenState = "active" | "expired" | "revoked";

/** What a token is worth at an instant. Revoked is for ever, whatever its expiry says. */
export function tokenState(
  { expiresAtMs, revokedAtMs }: Pick<AccessToken, "expiresAtMs" | "revokedAtMs">,
  nowMs: EpochMs,
): TokenState {
  if (revokedAtMs !== null) return "revoked";
  return expiresAtMs !== null && expiresAtMs <= nowMs ? "expired" : "active";
}

/**
 * Until when a rotated token still works beside its successor: for `overlapMs`, but never longer than
 * it would have worked anyway.
 */
export function overlapEnd(
  { expiresAtMs }: Pick<AccessToken, "expiresAtMs">,
  nowMs: EpochMs,
  overlapMs: number,
): EpochMs {
  return Math.min(nowMs + overlapMs, expiresAtMs ?? Number.POSITIVE_INFINITY);
}
