import { expect, test } from "vitest";
import { overlapEnd, tokenState } from "./access-token.ts";

const NOW = Date.UTC(2026, 5, 1);

test.each([
  { expiresAtMs: null, revokedAtMs: null, state: "active", because: "nothing ends it" },
  { expiresAtMs: NOW + 1, revokedAtMs: null, state: "active", because: "its end is ahead" },
  { expiresAtMs: NOW, revokedAtMs: null, state: "expired", because: "the end is not part of it" },
  { expiresAtMs: NOW + 1, revokedAtMs: NOW - 1, state: "revoked", because: "it was taken back" },
  { expiresAtMs: NOW - 1, revokedAtMs: NOW, state: "revoked", because: "revoked outlasts expired" },
])("a token is $state when $because", ({ state, ...token }) => {
  expect(tokenState(token, NOW)).toBe(state);
});

test.each([
  { expiresAtMs: null, overlapMs: 1000, endMs: NOW + 1000, because: "it overlaps as asked" },
  { expiresAtMs: null, overlapMs: 0, endMs: NOW, because: "without overlap it ends at once" },
  { expiresAtMs: NOW + 5, overlapMs: 1000, endMs: NOW + 5, because: "an overlap prolongs nothing" },
])("a rotated token ends at $endMs: $because", ({ expiresAtMs, overlapMs, endMs }) => {
  expect(overlapEnd({ expiresAtMs }, NOW, overlapMs)).toBe(endMs);
});
