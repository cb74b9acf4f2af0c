import type { StripeSandbox } from "@farthing/stripe-sandbox";
import type { InjectOptions } from "fastify";
import { type App, type AppOptions, createApp } from "#app.ts";
import { present } from "#kernel/assert.ts";
import type { EpochMs } from "#kernel/clock.ts";
import { issueAccessToken } from "#modules/keys/index.ts";
import { ensureUsagePartitions } from "#modules/metering/index.ts";
import { ensureProject } from "#modules/projects/index.ts";
import { type Scope, scopes } from "#platform/http/caller.ts";
import { createLogger } from "#platform/http/log.ts";
import { type ManualClock, manualClock } from "#test/support/manual-clock.ts";
import { createTestDatabase } from "#test/support/postgres/test-database.ts";

/** The middle of a month, where no month turns and no clock changes. */
export const TEST_START_MS = Date.UTC(2026, 0, 15, 12);

const NOWHERE = "http://127.0.0.1:1";

export interface TestAppOptions {
  /** Where the server's own clock stands; customers on a test clock live beside it. */
  readonly clock?: ManualClock;
  /** Another server on a database that one has already, as two processes share one. */
  readonly ownerUrl?: string;
  /** Where ids take their chance from, in [0, 1). */
  readonly random?: () => number;
  /** Whose sandbox sides hear of what the card sandbox does: of both projects, when it is not said. */
  readonly sandboxProjects?: readonly string[];
  /** Where the card sandbox keeps its state, for what outlives this app; nowhere when it is not said. */
  readonly sandboxJournalPath?: string;
  /** Where its pages are, for who opens them in a browser; an address of nobody when it is not said. */
  readonly publicUrl?: string;
  /** Whether connections plan each statement once, for those who do the same for years. */
  readonly keepsPlans?: boolean;
}

type Method = "DELETE" | "GET" | "PATCH" | "POST" | "PUT";

export interface Call {
  /** Every scope of the project's sandbox side, unless another token or none is given. */
  readonly token?: string | null;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  /** The parsed JSON, of whatever form; text where it is none. */
  readonly body: Json;
}

/** JSON that a test reads by name, knowing what it asked for. */
export type Json = ReturnType<typeof JSON.parse>;

/** The whole product on a database of its own, with a clock that stands still until it is moved. */
export interface TestApp {
  readonly app: App & { readonly sandbox: StripeSandbox };
  readonly clock: ManualClock;
  readonly ownerUrl: string;
  /** Tokens with every scope. */
  readonly tokens: {
    readonly sandbox: string;
    readonly live: string;
    /** The sandbox side of another project. */
    readonly other: string;
  };
  readonly projectIds: {
    readonly sandbox: number;
    readonly live: number;
    readonly other: number;
  };
  call(method: Method, url: string, call?: Call): Promise<Answer>;
  issueToken(wanted: readonly Scope[], projectId?: number): Promise<string>;
  /** Runs everything that waits for its turn, until nothing is left that is due. */
  settle(): Promise<void>;
  /** Moves the server's clock, and settles what that makes due. */
  moveTo(instantMs: EpochMs): Promise<void>;
  /** The lines that were logged as defects since: who asks for them expected them. */
  takeDefects(): string[];
  /** Ends it. Throws what was logged as a defect meanwhile. */
  stop(): Promise<void>;
}

/** Starts the product as `main` does, without a port and without anything that runs by itself. */
export async function createTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const { clock = manualClock(TEST_START_MS) } = options;
  const database = options.ownerUrl === undefined ? await createTestDatabase() : null;
  const ownerUrl = options.ownerUrl ?? database?.ownerUrl ?? "";
  await ensureUsagePartitions(ownerUrl, clock);
  const defects: string[] = [];
  const { random = Math.random, sandboxProjects = ["shop", "other"] } = options;
  const { sandboxJournalPath = null, publicUrl = "https://billing.example" } = options;
  const { keepsPlans = false } = options;
  const parts = { ownerUrl, clock, random, sandboxProjects, sandboxJournalPath, publicUrl };
  const app = await constructed({ ...parts, keepsPlans }, (line) => void defects.push(line));
  const shop = await ensureProject({ db: app.db, clock }, projectNamed("shop"));
  const other = await ensureProject({ db: app.db, clock }, projectNamed("other"));
  const projectIds = {
    sandbox: shop.sandbox.projectId,
    live: shop.live.projectId,
    other: other.sandbox.projectId,
  };
  const issueToken = (wanted: readonly Scope[], projectId = projectIds.sandbox) =>
    app.db.inProject(projectId, async (tx) => {
      const token = { name: "test", scopes: wanted, expiresAtMs: null };
      return (await issueAccessToken(tx, app.tokens, token)).text;
    });
  const tokens = {
    sandbox: await issueToken(scopes),
    live: await issueToken(scopes, projectIds.live),
    other: await issueToken(scopes, projectIds.other),
  };
  return {
    app,
    clock,
    ownerUrl,
    tokens,
    projectIds,
    issueToken,
    call: (method, url, { token = tokens.sandbox, ...call } = {}) =>
      inject(app, { method, url, ...call, token }),
    settle: () => settle(app),
    async moveTo(instantMs) {
      clock.moveTo(instantMs);
      await ensureUsagePartitions(ownerUrl, clock);
      await settle(app);
    },
    takeDefects: () => defects.splice(0),
    async stop() {
      await app.stop();
      await database?.drop();
      if (defects.length > 0) throw new Error(`Defects were logged:\n${defects.join("\n")}`);
    },
  };
}

async function constructed(
  parts: Pick<
    AppOptions,
    | "ownerUrl"
    | "clock"
    | "random"
    | "sandboxProjects"
    | "sandboxJournalPath"
    | "publicUrl"
    | "keepsPlans"
  >,
  onDefect: (line: string) => void,
): Promise<TestApp["app"]> {
  const app = await createApp({
    ...parts,
    role: "all",
    secretKey: "the pepper of every test, which is no secret",
    log: createLogger("error", { write: onDefect }),
    connectionsMax: 8,
    corsOrigins: [],
    requestsPerTokenMax: null,
    webhookPrivateAddresses: "allow",
    // Nobody listens there: no test reaches beyond this machine.
    stripe: { secretKey: "sk_live_nobody", webhookSecret: "whsec_nobody", apiBase: NOWHERE },
    stripeSandbox: null,
  });
  return { ...app, sandbox: present(app.sandbox, "one process that does everything has one") };
}

async function inject(
  { http }: App,
  { method, url, token, body, headers = {} }: Call & { method: Method; url: string },
): Promise<Answer> {
  const response = await http.inject({
    method,
    url,
    headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers },
    ...(body === undefined ? {} : { payload: body as NonNullable<InjectOptions["payload"]> }),
  });
  const isJson = String(response.headers["content-type"]).includes("json");
  return {
    status: response.statusCode,
    headers: response.headers,
    body: isJson ? JSON.parse(response.payload) : response.payload,
  };
}

async function settle({ loops, sandbox }: TestApp["app"]): Promise<void> {
  const { migrations, periods, payments, railEvents, relay, webhooks } = loops;
  for (;;) {
    await sandbox.idle();
    let count = 0;
    for (const loop of [migrations, periods, payments, railEvents, relay, webhooks]) {
      count += await loop.runOnce();
    }
    if (count === 0) return;
  }
}

function projectNamed(slug: string) {
  return {
    slug,
    name: slug,
    keyPrefix: slug,
    returnOrigins: ["https://shop.example", "https://your-app.com", "https://shipfast.com"],
    retryDays: [1, 3, 5, 7],
  };
}
