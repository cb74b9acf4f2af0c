/** Who sent a request: which project and side its token opens, and what the token may do. */
export interface Caller {
  readonly projectId: number;
  readonly side: "live" | "sandbox";
  readonly tokenId: bigint;
  readonly scopes: ReadonlySet<Scope>;
}

/** What a token may do. `…:write` does not imply `…:read`. */
export const scopes = ["billing:read", "billing:write", "usage:write", "admin"] as const;

export type Scope = (typeof scopes)[number];

/**
 * Finds the caller behind a bearer token, or throws the refusal. Answers at once when it need not
 * look, so that a busy route's requests do not wait for a promise each.
 */
export type Authenticate = (token: string) => Caller | Promise<Caller>;
