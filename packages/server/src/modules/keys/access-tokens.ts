import type { Clock, EpochMs } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import type { NewId } from "#kernel/ids.ts";
import {
  type AccessToken,
  formatTokenText,
  overlapEnd,
  tokenState,
} from "#modules/keys/domain/index.ts";
import { getProject } from "#modules/projects/index.ts";
import type { SecretHasher } from "#platform/crypto/keyed-hash.ts";
import { type RandomBytes, randomSecret } from "#platform/crypto/random-secret.ts";
import type { Tx } from "#platform/db/database.ts";
import type { Scope } from "#platform/http/caller.ts";
import { provenText } from "./proven-text.ts";
import { findAccessToken, insertAccessToken, lockAccessToken, updateAccessToken } from "./store.ts";

export interface AccessTokenDeps {
  readonly clock: Clock;
  readonly newId: NewId;
  readonly randomBytes: RandomBytes;
  /** From `createSecretHasher(pepper, "access_token")`, the same as the authenticator's. */
  readonly hasher: SecretHasher;
}

export interface NewAccessToken {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresAtMs: EpochMs | null;
}

/** A token and the text that opens doors with it: this is the only time that the text is known. */
export interface IssuedToken {
  readonly token: AccessToken;
  readonly text: string;
}

/** Makes a token of the transaction's project. */
export async function issueAccessToken(
  tx: Tx,
  { clock, newId, randomBytes, hasher }: AccessTokenDeps,
  { name, scopes, expiresAtMs }: NewAccessToken,
): Promise<IssuedToken> {
  const { keyPrefix, side } = await getProject(tx);
  const id = newId();
  const secret = randomSecret(randomBytes);
  const token = { id, name, scopes, createdAtMs: clock.now(), expiresAtMs, revokedAtMs: null };
  await insertAccessToken(tx, {
    ...token,
    projectId: tx.projectId,
    secretHash: hasher.hash(provenText(id, secret)),
  });
  return { token, text: formatTokenText(keyPrefix, { side, customerId: 0n, id, secret }) };
}

/**
 * Makes a successor with the same name and scopes and no end of its own; the old token works for
 * `overlapMs` more. Throws `access_token_not_found`, and `access_token_inactive` for a token that
 * opens nothing any more.
 */
export async function rotateAccessToken(
  tx: Tx,
  deps: AccessTokenDeps,
  { id, overlapMs }: { id: bigint; overlapMs: number },
): Promise<IssuedToken> {
  const nowMs = deps.clock.now();
  const old = found(id, await lockAccessToken(tx, id));
  const state = tokenState(old, nowMs);
  if (state !== "active") throw new BillingError("access_token_inactive", { state });

  await updateAccessToken(tx, { ...old, expiresAtMs: overlapEnd(old, nowMs, overlapMs) });
  const { name, scopes } = old;
  return issueAccessToken(tx, deps, {
    name,
    scopes: scopes as readonly Scope[],
    expiresAtMs: null,
  });
}

/** Takes a token back, for ever; one that was taken back stays as it is. */
export async function revokeAccessToken(
  tx: Tx,
  { clock }: Pick<AccessTokenDeps, "clock">,
  id: bigint,
): Promise<AccessToken> {
  const token = found(id, await lockAccessToken(tx, id));
  if (token.revokedAtMs !== null) return token;
  const revoked = { ...token, revokedAtMs: clock.now() };
  await updateAccessToken(tx, revoked);
  return revoked;
}

/** Throws `access_token_not_found`. */
export async function getAccessToken(tx: Tx, id: bigint): Promise<AccessToken> {
  return found(id, await findAccessToken(tx, id));
}

function found<Token>(id: bigint, token: Token | null): Token {
  if (token === null) throw new BillingError("access_token_not_found", { id });
  return token;
}
