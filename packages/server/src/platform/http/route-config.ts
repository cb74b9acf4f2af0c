import type { ErrorCode } from "#kernel/error.ts";
import type { Tx } from "#platform/db/database.ts";
import type { Caller, Scope } from "./caller.ts";
import type { PreviewShape } from "./preview.ts";

/** What a route says about itself beside its schema. A route has either a scope or is public. */
export interface RouteConfig {
  /** What a token must be allowed to do. */
  readonly scope?: Scope;
  /** Answers without a token. */
  readonly public?: true;
  /** The refusals that are this route's own; those that any route can give are added to them. */
  readonly refuses?: readonly ErrorCode[];
  /** An absent or empty body arrives as `{}`. */
  readonly emptyBody?: true;
  /** With `dry_run=true` it answers what it would do, and does nothing; `reply.answer` sees to it. */
  readonly previews?: true;
  /** The JSON body arrives as the text that was sent, for whoever must check its signature. */
  readonly rawBody?: true;
  /** Its requests do not count against what a token may send: it has a bound of its own. */
  readonly rateLimit?: "none";
  /** A busy route writes no log line per request. */
  readonly requestLog?: "none";
}

declare module "fastify" {
  interface FastifyContextConfig extends RouteConfig {}

  interface FastifyRequest {
    /** By `performance.now()`. */
    startedAtMs: number;
    /** Whether the route wants its body as text. */
    isBodyRaw: boolean;
    /** Set by the authentication of a route with a scope; null on public ones. */
    authenticated: Caller | null;
    /** How what the request would do is shown; null when it is to be done. */
    preview: PreviewShape | null;
    /** Who sent this request. Only on routes with a scope. */
    readonly caller: Caller;
    /**
     * Runs `work` in one transaction of the caller's project. `work` may run again when the database
     * asks for that, so it does nothing but SQL.
     */
    transact<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result>;
  }

  interface FastifyReply {
    /**
     * The same, for the transaction whose result is the answer: a request with an `Idempotency-Key`
     * is done once, and its repetitions are answered with the first answer. A request to preview it is
     * answered with what was done, which is then undone.
     */
    answer<Body>(work: (tx: Tx) => Promise<Body>): Promise<Body>;
  }
}
