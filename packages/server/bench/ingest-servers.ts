import type { AddressInfo } from "node:net";
import { type FastifyInstance, fastify } from "fastify";
import pg from "pg";
import { createApp } from "#app.ts";
import { issueAccessToken } from "#modules/keys/index.ts";
import { ensureUsagePartitions } from "#modules/metering/index.ts";
import { ensureProject } from "#modules/projects/index.ts";
import { createLogger } from "#platform/http/log.ts";
import { openMeteringFixtures } from "#test/support/metering-fixtures.ts";

const SUBSCRIPTIONS = 1_000;
const NAIVE_CONNECTIONS = 16;

export interface Server {
  readonly url: string;
  close(): Promise<void>;
}

export interface ProductServer extends Server {
  readonly token: string;
  readonly projectId: number;
  /** Their ids, as the wire has them. */
  readonly subscriptions: readonly string[];
}

/** The server as it is run, with a thousand subscriptions to report usage of. */
export async function startProduct(ownerUrl: string): Promise<ProductServer> {
  const clock = { now: () => Date.now() };
  await ensureUsagePartitions(ownerUrl, clock);
  const app = await createApp({
    role: "all",
    ownerUrl,
    publicUrl: "http://127.0.0.1",
    clock,
    random: Math.random,
    secretKey: "a pepper for benches, which guards nothing",
    log: createLogger("warn"),
    connectionsMax: 10,
    corsOrigins: [],
    requestsPerTokenMax: null,
    webhookPrivateAddresses: "refuse",
    sandboxJournalPath: null,
    stripeSandbox: null,
    sandboxProjects: [],
    stripe: null,
  });
  const { live } = await ensureProject({ db: app.db, clock }, PROJECT);
  const { projectId } = live;
  const wanted = { name: "bench", scopes: SCOPES, expiresAtMs: null };
  const { text } = await app.db.inProject(projectId, (tx) =>
    issueAccessToken(tx, app.tokens, wanted),
  );
  const fixtures = openMeteringFixtures(ownerUrl);
  await fixtures.plan(projectId, ["packages"]);
  const now = new Date();
  const anchorMs = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1);
  const subscriptions = await fixtures.subscriptions(
    projectId,
    Array.from({ length: SUBSCRIPTIONS }, () => ({ anchorMs, periodIndex: 0 })),
  );
  await fixtures.close();
  await app.start();
  await app.http.listen({ host: "127.0.0.1", port: 0 });
  return {
    url: usageUrl(app.http),
    token: text,
    projectId,
    subscriptions,
    close: () => app.stop(),
  };
}

const SCOPES = ["usage:write", "billing:read"] as const;

const PROJECT = {
  slug: "bench",
  name: "Bench",
  keyPrefix: "bench",
  returnOrigins: [],
  retryDays: [],
};

const eventSchema = {
  body: {
    type: "object",
    additionalProperties: false,
    required: ["subscription", "metric", "quantity", "reference_id"],
    properties: {
      subscription: { type: "string", maxLength: 100 },
      metric: { type: "string", minLength: 1, maxLength: 100 },
      quantity: { type: "string", pattern: "^-?\\d{1,15}(\\.\\d{1,9})?$" },
      reference_id: { type: "string", minLength: 1, maxLength: 200 },
      occurred_at: { type: "string", format: "date-time" },
    },
  },
  response: {
    200: {
      type: "object",
      properties: { reference_id: { type: "string" }, status: { type: "string" } },
    },
  },
};

interface EventBody {
  readonly metric: string;
  readonly quantity: string;
  readonly reference_id: string;
  readonly occurred_at: string;
}

/** What Fastify can do at most: the same body validated by schema, answered at once, no token. */
export async function startNoOp(): Promise<Server> {
  const app = fastify();
  app.post<{ Body: EventBody }>("/v1/usage", { schema: eventSchema }, async ({ body }) => ({
    reference_id: body.reference_id,
    status: "recorded",
  }));
  return listening(app);
}

/** One statement and one commit per request, with nothing else in its way: no token, no facts. */
export async function startNaive(ownerUrl: string, projectId: number): Promise<Server> {
  const pool = new pg.Pool({
    connectionString: ownerUrl,
    max: NAIVE_CONNECTIONS,
    options: "-c search_path=farthing",
  });
  const app = fastify();
  app.post<{ Body: EventBody }>("/v1/usage", { schema: eventSchema }, async ({ body }) => {
    const subscription = Math.floor(Math.random() * SUBSCRIPTIONS);
    const { metric, quantity, reference_id, occurred_at } = body;
    const now = new Date();
    const { rowCount } = await pool.query({
      name: "naive",
      text: NAIVE,
      values: [
        subscription,
        reference_id,
        projectId,
        metric,
        quantity,
        occurred_at,
        now,
        month(now),
      ],
    });
    return { reference_id, status: rowCount === 1 ? "recorded" : "duplicate" };
  });
  app.addHook("onClose", () => pool.end());
  return listening(app);
}

const NAIVE = `
  with fresh as (
    insert into usage_event (customer_id, subscription_id, reference_id, project_id, metric, quantity,
                             occurred_at, received_at, received_month, period_start, closings)
    values ($1, $1, $2, $3, $4, $5, $6, $7, $8::date, $8::date, 0)
    on conflict do nothing returning quantity)
  insert into usage_counter as counter (customer_id, subscription_id, metric, period_start, project_id,
                                        quantity, event_count, billed_quantity, closings)
  select $1, $1, $4, $8::date, $3, quantity, 1, 0, 0 from fresh
  on conflict (customer_id, subscription_id, metric, period_start) do update
     set quantity = counter.quantity + excluded.quantity, event_count = counter.event_count + 1`;

/** First day of the month, as the partitions are named. */
export function month(date: Date): string {
  return `${date.toISOString().slice(0, 7)}-01`;
}

async function listening(app: FastifyInstance): Promise<Server> {
  await app.listen({ host: "127.0.0.1", port: 0 });
  return { url: usageUrl(app), close: () => app.close() };
}

function usageUrl(app: FastifyInstance): string {
  const { port } = app.server.address() as AddressInfo;
  return `http://127.0.0.1:${port}/v1/usage`;
}
