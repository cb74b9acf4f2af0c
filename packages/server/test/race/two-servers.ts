import { createStripeSandbox, listen, type StripeSandbox } from "@farthing/stripe-sandbox";
import { type App, createApp } from "#app.ts";
import { SANDBOX_KEY, type StripeConfig } from "#config.ts";
import { issueAccessToken } from "#modules/keys/index.ts";
import { ensureUsagePartitions } from "#modules/metering/index.ts";
import { ensureProject } from "#modules/projects/index.ts";
import { scopes } from "#platform/http/caller.ts";
import { createLogger } from "#platform/http/log.ts";
import { type ManualClock, manualClock } from "#test/support/manual-clock.ts";

/** Two servers on one database, which charge by one card sandbox and live by one clock. */
export interface TwoServers {
  readonly apps: readonly [App, App];
  readonly clock: ManualClock;
  readonly sandbox: StripeSandbox;
  readonly projectId: number;
  readonly token: string;
  /** What they logged as an error. */
  readonly defects: readonly string[];
  close(): Promise<void>;
}

const SECRET = `whsec_${Buffer.from("what the cards of a race are signed with").toString("base64")}`;
const SLUG = "race";

/**
 * `ownerUrl` leads to a migrated database. Nothing runs by itself. The clock starts at the present, so
 * that what is due by it is what is due by the database's.
 */
export async function startTwoServers(ownerUrl: string): Promise<TwoServers> {
  const clock = manualClock(Date.now());
  await ensureUsagePartitions(ownerUrl, clock);
  const defects: string[] = [];
  const apps: App[] = [];
  const path = `/rails/stripe/webhook/${SLUG}-sandbox`;
  const sandbox = createStripeSandbox({
    now: clock.now,
    webhookEndpoints: [{ url: `http://servers.invalid${path}`, secret: SECRET }],
    // Each notice goes to both at once, as if the rail had sent it twice.
    async deliver({ headers, body }) {
      const answers = await Promise.all(
        apps.map(({ http }) => http.inject({ method: "POST", url: path, headers, payload: body })),
      );
      return { status: Math.max(...answers.map(({ statusCode }) => statusCode)) };
    },
  });
  const listening = await listen(sandbox, { port: 0 });
  const stripeSandbox = { secretKey: SANDBOX_KEY, webhookSecret: SECRET, apiBase: listening.url };
  const open = () => createServer({ ownerUrl, clock, stripeSandbox, defects });
  const [one, other] = [await open(), await open()];
  apps.push(one, other);

  const project = await ensureProject(
    { db: one.db, clock },
    {
      slug: SLUG,
      name: SLUG,
      keyPrefix: SLUG,
      returnOrigins: [],
      retryDays: [1, 3, 5, 7],
    },
  );
  const { projectId } = project.sandbox;
  const { text: token } = await one.db.inProject(projectId, (tx) =>
    issueAccessToken(tx, one.tokens, { name: "race", scopes, expiresAtMs: null }),
  );
  return {
    apps: [one, other],
    clock,
    sandbox,
    projectId,
    token,
    defects,
    async close() {
      await Promise.all(apps.map((app) => app.stop()));
      await listening.close();
      await sandbox.close();
    },
  };
}

interface ServerOptions {
  readonly ownerUrl: string;
  readonly clock: ManualClock;
  readonly stripeSandbox: StripeConfig;
  readonly defects: string[];
}

function createServer({ ownerUrl, clock, stripeSandbox, defects }: ServerOptions): Promise<App> {
  return createApp({
    role: "all",
    ownerUrl,
    publicUrl: "https://billing.example",
    clock,
    random: Math.random,
    secretKey: "the pepper of two servers, which is no secret",
    log: createLogger("error", { write: (line: string) => void defects.push(line) }),
    connectionsMax: 12,
    corsOrigins: [],
    requestsPerTokenMax: null,
    webhookPrivateAddresses: "allow",
    sandboxJournalPath: null,
    sandboxProjects: [],
    stripe: null,
    stripeSandbox,
  });
}
