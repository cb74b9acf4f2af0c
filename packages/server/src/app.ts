import { randomBytes } from "node:crypto";
import { type Delivery, requestListener, type StripeSandbox } from "@farthing/stripe-sandbox";
import type { FastifyInstance } from "fastify";
import { Gauge } from "prom-client";
import type { CheckoutVisiting } from "#flows/checkout/visit-checkout.ts";
import { closeDue } from "#flows/close-due.ts";
import { type Collector, collectDue, createCollector } from "#flows/collect-due-payments.ts";
import type { Engine } from "#flows/engine.ts";
import { eventTypes } from "#flows/event-types.ts";
import { handleRailEvents } from "#flows/handle-rail-events.ts";
import { runMigrations } from "#flows/migrate-plan/run-migrations.ts";
import { requestRefunds } from "#flows/money-back/request-refunds.ts";
import type { RailAccess } from "#flows/rail-customer.ts";
import { type NightlyReconciling, reconcileAll } from "#flows/reconcile/reconcile-all.ts";
import { createSetAside } from "#flows/set-aside.ts";
import { tellOverdue } from "#flows/tell-overdue.ts";
import { DAY_MS } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import { formatId, formatOwnedId, idSource } from "#kernel/ids.ts";
import { createPlanCache } from "#modules/catalog/index.ts";
import { createInvoiceLinks } from "#modules/invoices/index.ts";
import { type AccessTokenDeps, createAuthenticator } from "#modules/keys/index.ts";
import {
  createUsageRecorder,
  ensureUsagePartitions,
  type UsageRecorder,
} from "#modules/metering/index.ts";
import type { Rail } from "#modules/payments/index.ts";
import { listProjectIds } from "#modules/projects/index.ts";
import type { ReconciliationResult } from "#modules/reconciliation/domain/index.ts";
import { verifyPage } from "#modules/verification/index.ts";
import { type Dialects, nativeDialect } from "#modules/webhooks/domain/index.ts";
import { createDeliverer, createFanOut } from "#modules/webhooks/index.ts";
import { createSecretHasher } from "#platform/crypto/keyed-hash.ts";
import { createSealer } from "#platform/crypto/sealer.ts";
import { type Database, openDatabase } from "#platform/db/database.ts";
import { forgetIdempotencyKeys } from "#platform/http/idempotency-store.ts";
import { processMetrics } from "#platform/http/metrics.ts";
import { createHttpServer } from "#platform/http/server.ts";
import type { Surface } from "#platform/http/surface.ts";
import { everyTurn } from "#platform/jobs/every-turn.ts";
import { createLoop, type Loop } from "#platform/jobs/loop.ts";
import { createQueue } from "#platform/jobs/queue.ts";
import { createRelayPass } from "#platform/jobs/relay.ts";
import { createPoster } from "#platform/outbound/post.ts";
import { meteredSurface } from "#surfaces/metered/index.ts";
import { meteredDialect } from "#surfaces/metered/webhook-dialect.ts";
import { operatorSurface } from "#surfaces/operator/index.ts";
import { paySurface } from "#surfaces/pay/index.ts";
import { railsSurface } from "#surfaces/rails/index.ts";
import { stripeSandboxSurface } from "#surfaces/stripe-sandbox/index.ts";
import { createRails, type Rails, type RailsOptions } from "./rails.ts";
import { version } from "./version.ts";

export interface AppOptions extends RailsOptions {
  /** The schema's owner. The application's connections step down from it. */
  readonly ownerUrl: string;
  /** In [0, 1). */
  readonly random: () => number;
  /** At least 32 characters, kept outside the database: tokens are hashed with it. */
  readonly secretKey: string;
  readonly connectionsMax: number;
  /** As of `openDatabase`. */
  readonly keepsPlans?: boolean;
  readonly corsOrigins: readonly string[];
  /** In ten seconds, apart from usage; null for any number. */
  readonly requestsPerTokenMax: number | null;
  readonly webhookPrivateAddresses: "allow" | "refuse";
}

export interface App {
  readonly http: FastifyInstance;
  readonly db: Database;
  readonly engine: Engine;
  readonly collector: Collector;
  readonly recorder: UsageRecorder;
  /** The card sandbox in this process, where there is one. */
  readonly sandbox: StripeSandbox | null;
  readonly tokens: AccessTokenDeps;
  /** What runs beside requests, by name. */
  readonly loops: Readonly<Record<LoopName, Loop>>;
  /** Begins to do what time and events ask for, unless other processes do that. */
  start(): Promise<void>;
  /** Ends requests and work in progress, then closes every connection. */
  stop(): Promise<void>;
}

type LoopName = "relay" | "periods" | "payments" | "railEvents" | "webhooks" | "migrations";

const TOKEN_CACHE_MS = 2_000;
const RELAY_IDLE_MS = 250;
/** Few enough to be written in some tenths of a second, while the project's invoice numbers are held. */
const MIGRATION_BATCH_MAX = 100;
/** The languages in which webhooks are told. */
const dialects: Dialects = { native: nativeDialect(eventTypes), metered: meteredDialect };

const IDEMPOTENCY_KEPT_MS = 2 * DAY_MS;

/** Constructs the application: the one place where everything is put together. */
export async function createApp(options: AppOptions): Promise<App> {
  const core = createCore(options);
  const { sandbox, rails, journalOf } = createRails(options, (delivery) =>
    deliverTo(http, delivery),
  );
  const work = createWork(options, core, rails);
  let isStarted = false;
  const http = await createHttp(
    options,
    { ...core, ...work, rails, sandbox, journalOf },
    () => isStarted,
  );
  const queue = createMaintenance(options, core.db, work.reconciling);
  const { db, engine, tokens, recorder } = core;
  const { collector, loops, poster } = work;

  return {
    http,
    db,
    engine,
    collector,
    recorder,
    sandbox,
    tokens,
    loops,
    async start() {
      if (options.role !== "api") {
        await queue.start();
        for (const loop of Object.values(loops)) loop.start();
      }
      isStarted = true;
    },
    async stop() {
      isStarted = false;
      await http.close();
      await Promise.all(Object.values(loops).map((loop) => loop.stop()));
      await Promise.all([queue.stop(), recorder.close(), sandbox?.close()]);
      poster.close();
      await db.close();
    },
  };
}

type Core = ReturnType<typeof createCore>;
type Work = ReturnType<typeof createWork>;

/** What everything else is built on. */
function createCore(options: AppOptions) {
  const { ownerUrl, publicUrl, clock, random, log, secretKey, connectionsMax } = options;
  const { keepsPlans = false } = options;
  const db = openDatabase({
    url: ownerUrl,
    connectionsMax,
    keepsPlans,
    onIdleError: (error) => log.warn({ err: error }, "a database connection broke"),
  });
  const newId = idSource(clock, random);
  const invoiceLinks = createInvoiceLinks(publicUrl, createSecretHasher(secretKey, "invoice_link"));
  const engine: Engine = { clock, newId, plans: createPlanCache(), publicUrl, invoiceLinks };
  const hasher = createSecretHasher(secretKey, "access_token");
  const authenticator = createAuthenticator({ db, clock, hasher, cacheMs: TOKEN_CACHE_MS });
  const tokens = { clock, newId: engine.newId, randomBytes, hasher, authenticator };
  const recorder = createUsageRecorder({ db, url: ownerUrl, clock });
  return { db, engine, authenticator, tokens, recorder };
}

/** What is done beside requests. */
function createWork(
  options: AppOptions,
  { db, engine, recorder }: Core,
  rails: (projectId: number) => Rail,
) {
  const { publicUrl, log } = options;
  const collector = createCollector({
    engine,
    db,
    rails,
    onDefect: (error, due) => log.error({ err: error, due }, "a payment could not be collected"),
  });
  const visiting: CheckoutVisiting = {
    engine,
    db,
    rails,
    publicUrl,
  };
  const poster = createPoster({ privateAddresses: options.webhookPrivateAddresses });
  const loops = createLoops({ options, db, engine, recorder, collector, visiting, poster });
  const reconciling = createReconciling(options, visiting);
  return { collector, visiting, poster, loops, reconciling };
}

/** Comparing with the providers, and where what came of it is seen beside the API. */
function createReconciling({ log }: AppOptions, access: RailAccess) {
  const metrics = processMetrics();
  const found = new Gauge({
    name: "farthing_reconciliation_differences",
    help: "Differences between the provider and the ledger in the newest reconciliation",
    labelNames: ["project"],
    registers: [metrics],
  });
  return {
    ...access,
    metrics,
    onReconciled(projectId: number, made: ReconciliationResult) {
      found.set({ project: projectId }, made.differenceCount);
      if (made.differenceCount === 0) return;
      const { id, differenceCount, differences } = made;
      const shown = { reconciliation: formatId("reconciliation", id), differenceCount };
      log.warn({ projectId, ...shown, first: differences[0]?.kind }, "provider and ledger differ");
    },
    onUnavailable: (projectId: number, cause: BillingError) =>
      log.warn({ projectId, err: cause }, "a provider could not be asked for its journal"),
  };
}

/** The HTTP server with all its ways in; a worker has none, and tells how it is. */
function createHttp(
  options: AppOptions,
  parts: Core & Work & Rails,
  isStarted: () => boolean,
): Promise<FastifyInstance> {
  return createHttpServer({
    db: parts.db,
    clock: options.clock,
    authenticate: parts.authenticator.authenticate,
    sealer: createSealer(options.secretKey, randomBytes),
    logger: options.log,
    metrics: parts.reconciling.metrics,
    publicUrl: options.publicUrl,
    version,
    corsOrigins: options.corsOrigins,
    requestsPerTokenMax: options.requestsPerTokenMax,
    isStarted,
    surfaces: options.role === "worker" ? [] : surfacesOf(options, parts),
  });
}

function surfacesOf({ clock, publicUrl }: AppOptions, parts: Core & Work & Rails): Surface[] {
  const { db, engine, tokens, recorder, collector, visiting, loops, rails, sandbox } = parts;
  const { journalOf } = parts;
  return [
    operatorSurface({
      engine,
      publicUrl,
      tokens,
      recorder,
      collector,
      cards: { engine, db, rails, onCardSaved: loops.payments.wake },
      verification: {
        verify: (projectId, place) => verifyPage(db, projectId, place, journalOf(projectId)),
      },
      reconciling: parts.reconciling,
      dialects,
      onResend: loops.webhooks.wake,
      onMigrationAsked: loops.migrations.wake,
    }),
    meteredSurface({ engine, publicUrl }, recorder),
    paySurface({ ...visiting, onReturn: loops.payments.wake }),
    railsSurface({ db, clock, rails, onNotice: loops.railEvents.wake }),
    ...(sandbox === null ? [] : [stripeSandboxSurface(requestListener(sandbox))]),
  ];
}

interface LoopDeps {
  readonly options: AppOptions;
  readonly db: Database;
  readonly engine: Engine;
  readonly recorder: Pick<UsageRecorder, "forget">;
  readonly collector: Collector;
  readonly visiting: CheckoutVisiting;
  readonly poster: ReturnType<typeof createPoster>;
}

/** What polls for work: each wakes the next one down the line when it has made work for it. */
function createLoops(deps: LoopDeps): Record<LoopName, Loop> {
  const { options, db, engine, recorder, collector, visiting, poster } = deps;
  const { clock, random, log } = options;
  const webhooks = createDeliverer({ db, newId: engine.newId, clock, random, poster, log });
  const fanOut = createFanOut({ clock, newId: engine.newId, dialects });
  const relay = createLoop({
    name: "relay",
    pass: waking(webhooks, createRelayPass({ db, consumers: [fanOut], log })),
    log,
    idleMs: RELAY_IDLE_MS,
  });
  const refunding = {
    ...visiting,
    onDefect: (error: unknown, due: object) =>
      log.error({ err: error, due }, "a refund could not be asked for"),
  };
  const payments = createLoop({
    name: "payments",
    pass: waking(
      relay,
      async () => (await collectDue(collector)) + (await requestRefunds(refunding)),
    ),
    log,
  });
  const aside = createSetAside({
    clock,
    onDefect: (error, { projectId, failures, ...key }) => {
      const subscription = formatOwnedId("subscription", key);
      log.error({ err: error, projectId, subscription, failures }, "a subscription was set aside");
    },
  });
  const periods = createLoop({
    name: "periods",
    pass: waking(payments, () =>
      everyTurn([() => closeDue(engine, db, aside), () => tellOverdue(engine, db)]),
    ),
    log,
  });
  const onDefect = (error: unknown, event: object) => {
    // A provider that does not answer is no defect: the notice is handled again in a while.
    const level = error instanceof BillingError ? "warn" : "error";
    log[level]({ err: error, event }, "a provider's notice could not be handled");
  };
  const railEvents = createLoop({
    name: "rail events",
    pass: waking(payments, () => handleRailEvents({ ...visiting, onDefect })),
    log,
  });
  const migrating = {
    engine,
    db,
    batchMax: MIGRATION_BATCH_MAX,
    onChanged: recorder.forget,
    onDefect: (error: unknown, row: object) =>
      log.error({ err: error, row }, "a subscription could not be moved to another plan version"),
  };
  const migrations = createLoop({
    name: "migrations",
    pass: waking(payments, () => runMigrations(migrating)),
    log,
  });
  return { relay, periods, payments, railEvents, webhooks, migrations };
}

function waking(next: Pick<Loop, "wake">, pass: () => Promise<number>): () => Promise<number> {
  return async () => {
    const count = await pass();
    if (count > 0) next.wake();
    return count;
  };
}

interface Delivered {
  readonly status: number;
}

/** Hands the sandbox's notices to this server's own route, without a port between them. */
async function deliverTo(http: FastifyInstance, delivery: Delivery): Promise<Delivered> {
  const { statusCode } = await http.inject({
    method: "POST",
    url: new URL(delivery.url).pathname,
    headers: delivery.headers,
    payload: delivery.body,
  });
  return { status: statusCode };
}

/** What is done once a day. */
function createMaintenance(
  { ownerUrl, clock, log }: AppOptions,
  db: Database,
  reconciling: NightlyReconciling,
) {
  return createQueue<Record<"make_partitions" | "forget_idempotency_keys" | "reconcile", object>>({
    ownerUrl,
    concurrency: 1,
    log,
    tasks: {
      reconcile: () => reconcileAll(reconciling),
      make_partitions: () => ensureUsagePartitions(ownerUrl, clock),
      forget_idempotency_keys: async () => {
        for (const projectId of await db.acrossProjects(listProjectIds)) {
          const olderThanMs = clock.now() - IDEMPOTENCY_KEPT_MS;
          await db.inProject(projectId, (tx) => forgetIdempotencyKeys(tx, olderThanMs));
        }
      },
    },
    cron: [
      { task: "reconcile", at: "0 4 * * *", catchUpMs: DAY_MS },
      { task: "make_partitions", at: "0 3 * * *", catchUpMs: DAY_MS },
      { task: "forget_idempotency_keys", at: "30 3 * * *", catchUpMs: DAY_MS },
    ],
  });
}
