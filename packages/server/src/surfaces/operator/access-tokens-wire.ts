import { type Static, Type } from "typebox";
import { type EpochMs, isoInstant, isoInstantOrNull } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import { formatOwnedId } from "#kernel/ids.ts";
import type { AccessToken, IssuedToken, NewAccessToken } from "#modules/keys/index.ts";
import { scopes } from "#platform/http/caller.ts";
import {
  Closed,
  IdString,
  Instant,
  Literals,
  Nullable,
  ownedIdFrom,
  parseInstant,
} from "#platform/http/wire.ts";

const OVERLAP_SECONDS_DEFAULT = 24 * 60 * 60;
const OVERLAP_SECONDS_MAX = 30 * OVERLAP_SECONDS_DEFAULT;

const Scopes = Type.Array(Literals(scopes), {
  minItems: 1,
  maxItems: scopes.length,
  uniqueItems: true,
  description: "What it may do. Writing does not include reading.",
  examples: [["billing:read", "billing:write", "usage:write"]],
});

const tokenFields = {
  id: IdString("accessToken"),
  name: Type.String({ examples: ["shipping backend"] }),
  scopes: Scopes,
  created_at: Instant,
  expires_at: Nullable(Instant),
  revoked_at: Nullable(Instant),
};

export const AccessTokenWire = Type.Object(tokenFields);

export const IssuedTokenWire = Type.Object({
  ...tokenFields,
  token: Type.String({
    description: "The token itself. It is shown in this answer and never again.",
    examples: [`demo_test_${"0".repeat(13)}01jz8p3xq5v7k.${"k3Y".repeat(14)}s`],
  }),
});

export const NewAccessTokenBody = Closed({
  name: Type.String({ minLength: 1, maxLength: 200, examples: ["shipping backend"] }),
  scopes: Scopes,
  expires_at: Type.Optional(Nullable(Instant)),
});

export const RotationBody = Closed({
  overlap_seconds: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: OVERLAP_SECONDS_MAX,
      description: "How long the old token still works; a day when it is not said",
      examples: [3600],
    }),
  ),
});

export function accessTokenToWire(token: AccessToken): Static<typeof AccessTokenWire> {
  return {
    id: formatOwnedId("accessToken", { customerId: 0n, id: token.id }),
    name: token.name,
    scopes: [...token.scopes] as Static<typeof Scopes>,
    created_at: isoInstant(token.createdAtMs),
    expires_at: isoInstantOrNull(token.expiresAtMs),
    revoked_at: isoInstantOrNull(token.revokedAtMs),
  };
}

export function issuedTokenToWire({ token, text }: IssuedToken): Static<typeof IssuedTokenWire> {
  return { ...accessTokenToWire(token), token: text };
}

/** Throws `time_invalid` for a token that would be expired when it is made. */
export function newAccessTokenFromWire(
  { name, scopes: granted, expires_at }: Static<typeof NewAccessTokenBody>,
  nowMs: EpochMs,
): NewAccessToken {
  const expiresAtMs = expires_at == null ? null : parseInstant(expires_at);
  if (expiresAtMs !== null && expiresAtMs <= nowMs) {
    throw new BillingError("time_invalid", {
      errors: [{ path: "/expires_at", message: "lies in the past" }],
    });
  }
  return { name, scopes: granted, expiresAtMs };
}

/** In milliseconds. */
export function overlapFromWire({ overlap_seconds }: Static<typeof RotationBody>): number {
  return (overlap_seconds ?? OVERLAP_SECONDS_DEFAULT) * 1000;
}

/** Throws `access_token_not_found`. */
export function accessTokenIdFromWire(text: string): bigint {
  const { customerId, id } = ownedIdFrom("accessToken", text, "access_token_not_found");
  if (customerId !== 0n) throw new BillingError("access_token_not_found", { id: text });
  return id;
}
