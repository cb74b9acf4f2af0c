import { randomBytes } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { Registry } from "prom-client";
import type { Clock } from "#kernel/clock.ts";
import type { ErrorCode } from "#kernel/error.ts";
import { idSource, type NewId } from "#kernel/ids.ts";
import {
  type AccessTokenDeps,
  type Authenticator,
  createAuthenticator,
  issueAccessToken,
} from "#modules/keys/index.ts";
import { ensureProject, type Project, type Side } from "#modules/projects/index.ts";
import { createSecretHasher } from "#platform/crypto/keyed-hash.ts";
import { createSealer } from "#platform/crypto/sealer.ts";
import { type Database, openDatabase } from "#platform/db/database.ts";
import type { Scope } from "#platform/http/caller.ts";
import { createLogger } from "#platform/http/log.ts";
import { createHttpServer, type HttpServerOptions } from "#platform/http/server.ts";
import type { Surface } from "#platform/http/surface.ts";
import { createTestDatabase } from "#test/support/postgres/test-database.ts";

const PEPPER = "the pepper of every test server, which is no secret";

/** What a test's surface is built from. */
export interface TestServerParts {
  /** URL of the server's database, as its owner. */
  readonly ownerUrl: string;
  readonly db: Database;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly authenticator: Authenticator;
  readonly accessTokens: AccessTokenDeps;
}

export interface TestServer extends TestServerParts {
  readonly app: FastifyInstance;
  readonly projects: Readonly<Record<Side, Project>>;
  /** Every refusal that a route gave without declaring it. A test file expects none. */
  readonly undeclared: readonly { readonly code: ErrorCode; readonly operationId: string }[];
  /** What was logged, one JSON object a line. */
  readonly logLines: readonly string[];
  /** A new token with these scopes; of the live side unless another is named. */
  issueToken(scopes: readonly Scope[], options?: IssueOptions): Promise<string>;
  close(): Promise<void>;
}

export interface IssueOptions {
  readonly side?: Side;
  readonly expiresAtMs?: number | null;
}

/** A server over a database of its own, called by `app.inject`. */
export async function startTestServer(
  clock: Clock,
  surfaces: (parts: TestServerParts) => readonly Surface[],
  options: Partial<HttpServerOptions> = {},
): Promise<TestServer> {
  const database = await createTestDatabase();
  const db = openDatabase({ url: database.ownerUrl, connectionsMax: 8 });
  const projects = await ensureProject({ db, clock }, DEMO_PROJECT);
  const parts = partsOf(db, clock, database.ownerUrl);
  const leave = async () => {
    await db.close();
    await database.drop();
  };
  const undeclared: TestServer["undeclared"][number][] = [];
  const logLines: string[] = [];
  const app = await createHttpServer({
    db,
    clock,
    authenticate: parts.authenticator.authenticate,
    sealer: createSealer(PEPPER, randomBytes),
    logger: createLogger("info", { write: (line) => void logLines.push(line) }),
    metrics: new Registry(),
    publicUrl: "http://localhost:4242",
    version: "0.0.0-test",
    corsOrigins: [],
    requestsPerTokenMax: null,
    isStarted: () => true,
    surfaces: surfaces(parts),
    onUndeclaredRefusal: (code, operationId) => undeclared.push({ code, operationId }),
    ...options,
  }).catch(async (error: unknown) => {
    await leave();
    throw error;
  });
  return {
    ...parts,
    app,
    projects,
    undeclared,
    logLines,
    issueToken: (scopes, { side = "live", expiresAtMs = null } = {}) =>
      db.inProject(projects[side].projectId, async (tx) => {
        const wanted = { name: "test", scopes, expiresAtMs };
        return (await issueAccessToken(tx, parts.accessTokens, wanted)).text;
      }),
    close: async () => {
      await app.close();
      await leave();
    },
  };
}

const DEMO_PROJECT = {
  slug: "demo",
  name: "Demo",
  keyPrefix: "demo",
  returnOrigins: ["https://shop.example"],
  retryDays: [1, 3, 5, 7],
};

function partsOf(db: Database, clock: Clock, ownerUrl: string): TestServerParts {
  const hasher = createSecretHasher(PEPPER, "access_token");
  const newId = idSource(clock, Math.random);
  return {
    ownerUrl,
    db,
    clock,
    newId,
    authenticator: createAuthenticator({ db, clock, hasher, cacheMs: 2000 }),
    accessTokens: { clock, newId, randomBytes, hasher },
  };
}
