import type { Clock, EpochMs } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import { type AccessToken, parseTokenText, tokenState } from "#modules/keys/domain/index.ts";
import { sideOf } from "#modules/projects/index.ts";
import type { SecretHasher } from "#platform/crypto/keyed-hash.ts";
import type { Database } from "#platform/db/database.ts";
import type { Authenticate, Caller, Scope } from "#platform/http/caller.ts";
import { provenText } from "./proven-text.ts";
import { findAccessToken } from "./store.ts";

export interface AuthenticatorOptions {
  readonly db: Database;
  readonly clock: Clock;
  /** The same as the one that tokens are issued with. */
  readonly hasher: SecretHasher;
  /** How long a token is believed without looking again: the longest that another process's
   * revocation goes unnoticed. */
  readonly cacheMs: number;
}

export interface Authenticator {
  /**
   * The caller behind a token as it was presented: at once when it is remembered. Throws
   * `access_token_invalid`, `access_token_revoked` or `access_token_expired`; the last two only to
   * whoever knows the secret.
   */
  readonly authenticate: Authenticate;
  /** Forgets a token that was changed, so that this process notices at once. */
  forget(id: bigint): void;
}

/** What is remembered of a token: enough to judge it anew at each use. */
interface Remembered {
  readonly token: AccessToken;
  readonly caller: Caller;
  readonly readAtMs: EpochMs;
}

const REMEMBERED_MAX = 10_000;

export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { clock, cacheMs } = options;
  const remembered = new Map<string, Remembered>();
  const lookups = new Map<string, Promise<Caller>>();
  let forgottenCount = 0;

  function remember(text: string, entry: Remembered): void {
    remembered.delete(text);
    remembered.set(text, entry);
    if (remembered.size <= REMEMBERED_MAX) return;
    const [oldest] = remembered.keys();
    if (oldest !== undefined) remembered.delete(oldest);
  }

  async function lookUp(text: string): Promise<Caller> {
    const forgottenBefore = forgottenCount;
    const entry = await readToken(options, text);
    // What was read before a revocation must not be believed after it.
    if (forgottenBefore === forgottenCount) remember(text, entry);
    return admitted(entry, clock.now());
  }

  return {
    authenticate(text) {
      const nowMs = clock.now();
      const entry = remembered.get(text);
      if (entry !== undefined && nowMs - entry.readAtMs < cacheMs) return admitted(entry, nowMs);

      const running = lookups.get(text);
      if (running !== undefined) return running;
      const lookup = lookUp(text).finally(() => lookups.delete(text));
      lookups.set(text, lookup);
      return lookup;
    },
    forget(id) {
      forgottenCount += 1;
      for (const [text, entry] of remembered) if (entry.token.id === id) remembered.delete(text);
      lookups.clear();
    },
  };
}

async function readToken(
  { db, clock, hasher }: AuthenticatorOptions,
  text: string,
): Promise<Remembered> {
  const readAtMs = clock.now();
  const said = parseTokenText(text);
  if (said === null || said.customerId !== 0n) throw new BillingError("access_token_invalid");
  const token = await db.acrossProjects((tx) => findAccessToken(tx, said.id));
  if (token === null || sideOf(token.projectId) !== said.side) {
    throw new BillingError("access_token_invalid");
  }
  if (!hasher.matches(provenText(said.id, said.secret), token.secretHash)) {
    throw new BillingError("access_token_invalid");
  }
  const { projectId, id: tokenId, scopes } = token;
  const caller = {
    projectId,
    side: sideOf(projectId),
    tokenId,
    scopes: new Set(scopes as readonly Scope[]),
  };
  return { token, caller, readAtMs };
}

function admitted({ token, caller }: Remembered, nowMs: EpochMs): Caller {
  switch (tokenState(token, nowMs)) {
    case "active":
      return caller;
    case "expired":
      throw new BillingError("access_token_expired");
    case "revoked":
      throw new BillingError("access_token_revoked");
  }
}
