import { randomBytes } from "node:crypto";
import type { JournaledCharge } from "@farthing/stripe-sandbox";
import { Registry } from "prom-client";
import { activateSubscription } from "#flows/activate-subscription.ts";
import { closeDueOf } from "#flows/close-due.ts";
import { createCollector } from "#flows/collect-due-payments.ts";
import { collectPayment } from "#flows/collect-payment.ts";
import { createSubscription } from "#flows/create-subscription.ts";
import { removeCard } from "#flows/remove-card.ts";
import { attachCard, saveCard } from "#flows/save-card.ts";
import { present } from "#kernel/assert.ts";
import type { Clock } from "#kernel/clock.ts";
import { idSource, type OwnedId } from "#kernel/ids.ts";
import type { PlanDraft } from "#modules/catalog/domain/index.ts";
import { createPlan } from "#modules/catalog/index.ts";
import type { CustomerDraft } from "#modules/customers/domain/index.ts";
import { createCustomer } from "#modules/customers/index.ts";
import type { Invoice } from "#modules/invoices/domain/index.ts";
import { getInvoice, listInvoices } from "#modules/invoices/index.ts";
import { listBalances } from "#modules/ledger/index.ts";
import type { Payment } from "#modules/payments/domain/index.ts";
import { listAttempts, listPayments, type Rail } from "#modules/payments/index.ts";
import { ensureProject } from "#modules/projects/index.ts";
import { getSubscription } from "#modules/subscriptions/index.ts";
import { createSealer } from "#platform/crypto/sealer.ts";
import { type Database, openDatabase, type Tx } from "#platform/db/database.ts";
import { createLogger } from "#platform/http/log.ts";
import { createHttpServer } from "#platform/http/server.ts";
import type { Surface } from "#platform/http/surface.ts";
import { customerDraft } from "#test/support/builders/customer.ts";
import { engineBy } from "#test/support/builders/engine.ts";
import { flatPrice, planDraft } from "#test/support/builders/plan.ts";
import { manualClock } from "#test/support/manual-clock.ts";
import { createTestDatabase } from "#test/support/postgres/test-database.ts";
import { createSandboxRail } from "./sandbox-rail.ts";

export const START_MS = Date.UTC(2026, 0, 31, 9);
const PUBLIC_URL = "https://billing.example";
const PROJECT = {
  slug: "shop",
  name: "Shop",
  keyPrefix: "shop",
  returnOrigins: ["https://shop.example"],
  retryDays: [1, 3, 5, 7],
};

/** A subscription whose first period is over and stands on an invoice that is due to be charged. */
export interface Owing {
  readonly subscription: OwnedId;
  readonly invoice: Invoice;
  readonly payment: Payment;
}

/** `stateOf` once it is paid. */
export const PAID = { subscription: "active", invoice: "paid", owed: 0n, collected: 299_900n };

export type BillingWorld = Awaited<ReturnType<typeof createBillingWorld>>;

type Core = Awaited<ReturnType<typeof createCore>>;

/**
 * An engine on a database and a card sandbox of its own, with a clock that stands still until it is
 * moved. `wrapRail` puts itself between the engine and the rail, to break off at any point.
 */
export async function createBillingWorld(wrapRail: (rail: Rail) => Rail = (rail) => rail) {
  const core = await createCore(wrapRail);
  const selling = sellingIn(core);
  const looking = lookingAt(core);
  const { collector, projectId } = core;
  return {
    ...core,
    ...selling,
    ...looking,
    newOwing: owingIn(core, selling, looking),
    /** Tries to collect what is owed, once. */
    collect: ({ payment }: Owing) => collectPayment(collector, { ...payment, projectId }),
  };
}

async function createCore(wrapRail: (rail: Rail) => Rail) {
  const database = await createTestDatabase();
  const db = openDatabase({ url: database.ownerUrl, connectionsMax: 8 });
  const clock = manualClock(START_MS);
  const line = await createSandboxRail(clock);
  const { sandbox } = line;
  const rail = wrapRail(line.rail);
  const newId = idSource(clock, Math.random);
  const engine = engineBy({ clock, newId });
  const { projectId } = (await ensureProject({ db, clock }, PROJECT)).sandbox;
  const defects: unknown[] = [];
  const onDefect = (error: unknown) => void defects.push(error);
  const newCollector = () => createCollector({ engine, db, rails: () => rail, onDefect });
  const inProject = <Result>(work: (tx: Tx) => Promise<Result>) => db.inProject(projectId, work);

  return {
    db,
    clock,
    line,
    sandbox,
    rail,
    engine,
    projectId,
    collector: newCollector(),
    newCollector,
    defects,
    inProject,
    serve: (surfaces: readonly Surface[]) => serve(db, clock, surfaces),
    async close() {
      await sandbox.close();
      await db.close();
      await database.drop();
    },
  };
}

/** An HTTP server with these surfaces, for requests that carry no token. */
function serve(db: Database, clock: Clock, surfaces: readonly Surface[]) {
  return createHttpServer({
    db,
    clock,
    authenticate: () => Promise.reject(new Error("no token is known here")),
    sealer: createSealer("the pepper of a test, which is no secret", randomBytes),
    logger: createLogger("silent", { write: () => undefined }),
    metrics: new Registry(),
    publicUrl: PUBLIC_URL,
    version: "0.0.0-test",
    corsOrigins: [],
    requestsPerTokenMax: null,
    isStarted: () => true,
    surfaces,
  });
}

function sellingIn({ engine, collector, projectId, inProject }: Core) {
  return {
    /** Sells a plan to a new customer who has no card yet. */
    newSubscription: (plan: Partial<PlanDraft>, customer: Partial<CustomerDraft> = {}) =>
      inProject(async (tx) => {
        const { latest } = await createPlan(tx, engine, planDraft(plan));
        const { customerId } = await createCustomer(tx, engine, customerDraft(customer));
        return createSubscription({ engine, publicUrl: PUBLIC_URL }, tx, {
          customerId,
          planId: latest.planId,
          title: null,
          referenceId: null,
          metadata: {},
          returnUrl: "https://shop.example/thanks",
        });
      }),

    async giveCard(customerId: bigint, token: string) {
      const requestKey = String(engine.newId());
      const card = await attachCard(collector, { projectId, customerId, token, requestKey });
      return inProject((tx) => saveCard(engine, tx, customerId, card));
    },
  };
}

/** Lives through one month of a plan of 2,999.00 JMD in arrears, up to the invoice. */
function owingIn(
  { engine, db, clock, projectId, collector, inProject }: Core,
  { newSubscription, giveCard }: ReturnType<typeof sellingIn>,
  { invoicesOf, paymentOf }: ReturnType<typeof lookingAt>,
) {
  return async (token: string | null = "pm_card_visa"): Promise<Owing> => {
    const { subscription } = await newSubscription({ prices: [flatPrice("2999.00")] });
    const { customerId } = subscription;
    const card = await giveCard(customerId, token ?? "pm_card_visa");
    await inProject((tx) => activateSubscription(engine, tx, subscription));
    if (token === null) await removeCard(collector, projectId, card);
    const { period } = await inProject((tx) => getSubscription(tx, subscription));
    clock.moveTo(Math.max(clock.now(), present(period, "it has begun").endMs));
    await closeDueOf(engine, db, { projectId, customerId, nowMs: clock.now() });
    const [issued] = await invoicesOf(customerId);
    const invoice = present(issued, "a month of a flat price is billed");
    return { subscription, invoice, payment: await paymentOf(invoice) };
  };
}

function lookingAt({ inProject, sandbox }: Core) {
  const paymentOf = ({ customerId, id }: OwnedId) =>
    inProject(async (tx) => {
      const payments = await listPayments(tx, { customerId }, { before: null, limit: 100 });
      const collecting = payments.find(({ invoiceId }) => invoiceId === id);
      return present(collecting, "what is owed is collected");
    });

  /** Every charge that was made for a payment, refused ones included. */
  async function chargesOf({ invoice }: Owing): Promise<readonly JournaledCharge[]> {
    const { railRef } = await paymentOf(invoice);
    return sandbox.journal.charges().filter((charge) => charge.paymentIntent === railRef);
  }

  return {
    /** The payment of an invoice. */
    paymentOf,

    /** Newest first. */
    invoicesOf: (customerId: bigint) =>
      inProject((tx) => listInvoices(tx, { customerId }, { before: null, limit: 20 })),

    stateOf: ({ subscription, invoice }: Record<"subscription" | "invoice", OwnedId>) =>
      inProject(async (tx) => {
        const balances = await listBalances(tx, subscription.customerId);
        const balanceOf = (name: string) =>
          balances.find(({ account }) => account === name)?.balanceMinor ?? 0n;
        return {
          subscription: (await getSubscription(tx, subscription)).status,
          invoice: (await getInvoice(tx, invoice)).status,
          owed: balanceOf("receivable"),
          collected: balanceOf("rail:stripe"),
        };
      }),

    eventsOf: (customerId: bigint) =>
      inProject(async (tx) => {
        const rows = await tx.query<{ type: string }>(
          "select type from outbox where customer_id = $1 order by id",
          [customerId],
        );
        return rows.map(({ type }) => type);
      }),

    attemptsOf: ({ payment }: Owing) => inProject((tx) => listAttempts(tx, payment)),

    chargesOf,

    async succeededCountOf(owing: Owing): Promise<number> {
      return (await chargesOf(owing)).filter(({ status }) => status === "succeeded").length;
    },
  };
}
