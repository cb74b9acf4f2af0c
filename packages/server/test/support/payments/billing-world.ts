import { randomBytes } from "node:crypto";
import type { JournaledCharge } from "@farthing/stripe-sandbox";
import { Registry } from "prom-client";
import { activateSubscription } from "#flows/activate-subscription.ts";
import { closeDueOf } from "#flows/close-due.ts";
import { createCollector } from "#flows/collect-due-payments.ts";
import { createSubscription } from "#flows/create-subscription.ts";
import type { Engine } from "#flows/engine.ts";
import { attachCard, saveCard } from "#flows/save-card.ts";
import { present } from "#kernel/assert.ts";
import { idSource, type OwnedId } from "#kernel/ids.ts";
import type { PlanDraft } from "#modules/catalog/domain/index.ts";
import { createPlan, createPlanCache } from "#modules/catalog/index.ts";
import type { CustomerDraft } from "#modules/customers/domain/index.ts";
import { createCustomer } from "#modules/customers/index.ts";
import type { Invoice } from "#modules/invoices/domain/index.ts";
import { listInvoices } from "#modules/invoices/index.ts";
import { listBalances } from "#modules/ledger/index.ts";
import type { Payment } from "#modules/payments/domain/index.ts";
import { findPaymentOfInvoice, type Rail } from "#modules/payments/index.ts";
import { ensureProject } from "#modules/projects/index.ts";
import { getSubscription } from "#modules/subscriptions/index.ts";
import { createSealer } from "#platform/crypto/sealer.ts";
import { openDatabase, type Tx } from "#platform/db/database.ts";
import { createLogger } from "#platform/http/log.ts";
import { createHttpServer } from "#platform/http/server.ts";
import type { Surface } from "#platform/http/surface.ts";
import { customerDraft } from "#test/support/builders/customer.ts";
import { flatPrice, planDraft } from "#test/support/builders/plan.ts";
import { manualClock } from "#test/support/manual-clock.ts";
import { createTestDatabase } from "#test/support/postgres/test-database.ts";
import { createSandboxRail } from "./sandbox-rail.ts";

export const START_MS = Date.UTC(2026, 0, 31, 9);
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

export type BillingWorld = Awaited<ReturnType<typeof createBillingWorld>>;

/**
 * An engine on a database and a card sandbox of its own, with a clock that stands still until it is
 * moved. `wrapRail` puts itself between the engine and the rail, to break off at any point.
 */
export async function createBillingWorld(wrapRail: (rail: Rail) => Rail = (rail) => rail) {
  const database = await createTestDatabase();
  const db = openDatabase({ url: database.ownerUrl, connectionsMax: 8 });
  const clock = manualClock(START_MS);
  const line = await createSandboxRail(clock);
  const { sandbox } = line;
  const rail = wrapRail(line.rail);
  const engine: Engine = { clock, newId: idSource(clock, Math.random), plans: createPlanCache() };
  const projects = await ensureProject({ db, clock }, PROJECT);
  const { projectId } = projects.sandbox;
  const defects: unknown[] = [];
  const newCollector = () =>
    createCollector({
      engine,
      db,
      rails: () => rail,
      onDefect: (error) => void defects.push(error),
    });
  const collector = newCollector();
  const inProject = <Result>(work: (tx: Tx) => Promise<Result>) => db.inProject(projectId, work);
  const subscribing = { engine, publicUrl: "https://billing.example" };

  async function newSubscription(plan: Partial<PlanDraft>, customer: Partial<CustomerDraft> = {}) {
    return inProject(async (tx) => {
      const { latest } = await createPlan(tx, engine, planDraft(plan));
      const { customerId } = await createCustomer(tx, engine, customerDraft(customer));
      return createSubscription(subscribing, tx, {
        customerId,
        planId: latest.planId,
        title: null,
        referenceId: null,
        metadata: {},
        returnUrl: "https://shop.example/thanks",
      });
    });
  }

  async function giveCard(customerId: bigint, token: string) {
    const requestKey = String(engine.newId());
    const card = await attachCard(collector, { projectId, customerId, token, requestKey });
    return inProject((tx) => saveCard(engine, tx, customerId, card));
  }

  const paymentOf = (customerId: bigint, invoiceId: bigint) =>
    inProject(async (tx) =>
      present(await findPaymentOfInvoice(tx, customerId, invoiceId), "what is owed is collected"),
    );

  async function invoicesOf(customerId: bigint) {
    return inProject((tx) => listInvoices(tx, { customerId }, { before: null, limit: 20 }));
  }

  return {
    db,
    clock,
    line,
    sandbox,
    rail,
    engine,
    projects,
    projectId,
    collector,
    newCollector,
    defects,
    inProject,
    newSubscription,
    giveCard,
    paymentOf,
    invoicesOf,

    /** Lives through one month of a plan of 2,999.00 JMD in arrears, up to the invoice. */
    async newOwing(token: string | null = "pm_card_visa"): Promise<Owing> {
      const { subscription } = await newSubscription({ prices: [flatPrice("2999.00")] });
      const { customerId } = subscription;
      if (token !== null) await giveCard(customerId, token);
      await inProject((tx) => activateSubscription(engine, tx, subscription));
      const active = await inProject((tx) => getSubscription(tx, subscription));
      const endMs = present(active.period, "it has begun").endMs;
      clock.moveTo(Math.max(clock.now(), endMs));
      await closeDueOf(engine, db, { projectId, customerId, nowMs: clock.now() });
      const [invoice] = await invoicesOf(customerId);
      const issued = present(invoice, "a month of a flat price is billed");
      return {
        subscription,
        invoice: issued,
        payment: await paymentOf(customerId, issued.id),
      };
    },

    stateOf(owing: Owing) {
      const { customerId } = owing.subscription;
      return inProject(async (tx) => {
        const [subscription, [invoice], balances] = [
          await getSubscription(tx, owing.subscription),
          (await listInvoices(tx, { customerId }, { before: null, limit: 20 })).filter(
            ({ id }) => id === owing.invoice.id,
          ),
          await listBalances(tx, customerId),
        ];
        return {
          subscription: subscription.status,
          invoice: invoice?.status,
          owed: balances.find(({ account }) => account === "receivable")?.balanceMinor ?? 0n,
          collected: balances.find(({ account }) => account === "rail:stripe")?.balanceMinor ?? 0n,
        };
      });
    },

    eventsOf(customerId: bigint) {
      return inProject(async (tx) => {
        const rows = await tx.query<{ type: string }>(
          "select type from outbox where customer_id = $1 order by id",
          [customerId],
        );
        return rows.map(({ type }) => type);
      });
    },

    /** Every charge that was made for a payment, refused ones included. */
    chargesOf({ payment }: Owing): Promise<readonly JournaledCharge[]> {
      return paymentOf(payment.customerId, payment.invoiceId).then(({ railRef }) =>
        sandbox.journal.charges().filter((charge) => charge.paymentIntent === railRef),
      );
    },

    /** An HTTP server with these surfaces, for requests that carry no token. */
    serve: (surfaces: readonly Surface[]) =>
      createHttpServer({
        db,
        clock,
        authenticate: () => Promise.reject(new Error("no token is known here")),
        sealer: createSealer("the pepper of a test, which is no secret", randomBytes),
        logger: createLogger("silent", { write: () => undefined }),
        metrics: new Registry(),
        publicUrl: "https://billing.example",
        version: "0.0.0-test",
        corsOrigins: [],
        isStarted: () => true,
        surfaces,
      }),

    async close() {
      await sandbox.close();
      await db.close();
      await database.drop();
    },
  };
}
