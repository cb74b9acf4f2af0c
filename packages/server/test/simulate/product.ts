import { closeDue } from "#flows/close-due.ts";
import { collectPayment } from "#flows/collect-payment.ts";
import { present } from "#kernel/assert.ts";
import { parseId, parseOwnedId } from "#kernel/ids.ts";
import { ensureUsagePartitions } from "#modules/metering/index.ts";
import { findDuePayments } from "#modules/payments/index.ts";
import type { Database } from "#platform/db/database.ts";
import { sideBySide } from "#platform/jobs/side-by-side.ts";
import { chanceOf } from "#test/crash/chance.ts";
import { type Answer, createTestApp, type TestApp } from "#test/support/app.ts";
import { type ManualClock, manualClock } from "#test/support/manual-clock.ts";
import { BEGIN_MS } from "./beats.ts";
import type { Life, PlainDeed, PlanTerms, Report, Step } from "./history.ts";
import { nextDue, startWatch, type Watch } from "./waiting.ts";

/** The product as the simulation sees it: by its API, and with its loops run when it is their turn. */
export interface Product {
  readonly shop: TestApp;
  /** By the number of the life. */
  readonly customers: ReadonlyMap<number, bigint>;
  moveTo(instantMs: number): Promise<void>;
  /** Does all that is due, if there is something, in an order that is always the same. */
  passTime(): Promise<void>;
  /** Answers `done`, or the code of a refusal. */
  take(life: Life, step: Exclude<Step, Report>): Promise<string>;
  /** Answers what became of each. */
  takeReports(reports: readonly OwnReport[]): Promise<string[]>;
  /** The name that a subscription's life gives it. */
  nameOf(customerId: bigint, id: bigint): string;
  planNameOf(id: bigint): string;
  stop(): Promise<void>;
}

const DUE_MAX = 10_000;
const CONCURRENCY = 8;

export interface OwnReport {
  readonly life: Life;
  readonly report: Report;
}

interface Ids {
  readonly plans: Map<string, string>;
  readonly customers: Map<number, { readonly text: string; readonly id: bigint }>;
  readonly customerIds: Map<number, bigint>;
  /** By the life's number and the name in it. */
  readonly subscriptions: Map<string, string>;
  readonly names: Map<string, string>;
}

export async function startProduct(
  ownerUrl: string,
  seed: number,
  plans: ReadonlyMap<string, PlanTerms>,
): Promise<Product> {
  const clock = manualClock(BEGIN_MS);
  const chance = chanceOf(seed);
  const random = () => chance.integer(0, 2 ** 30 - 1) / 2 ** 30;
  // Every other seed lives without the rail's notices: what is asked of it has to be enough.
  const sandboxProjects = seed % 2 === 0 ? [] : ["shop"];
  const shop = await createTestApp({
    clock,
    ownerUrl,
    random,
    sandboxProjects,
    keepsPlans: true,
  });
  const ids: Ids = {
    plans: new Map(),
    customers: new Map(),
    customerIds: new Map(),
    subscriptions: new Map(),
    names: new Map(),
  };
  const planNames = new Map<bigint, string>();
  for (const [name, terms] of plans) {
    const { id } = granted(await shop.call("POST", "/v1/plans", { body: terms }));
    ids.plans.set(name, id);
    planNames.set(present(parseId("plan", id), "the API answers ids"), name);
  }
  const watch = await startWatch(ownerUrl);
  // Between two things that happen nothing new becomes due.
  let dueMs: number | null = null;
  const changing = <Result>(work: Promise<Result>): Promise<Result> => {
    dueMs = null;
    return work;
  };
  return {
    shop,
    customers: ids.customerIds,
    moveTo: moving(clock, ownerUrl),
    async passTime() {
      dueMs ??= nextDue(await watch.look());
      if (dueMs <= clock.now()) await changing(passTime(shop, watch));
    },
    take: (life, step) => changing(take(shop, ids, life, step)),
    takeReports: (reports) => changing(takeReports(shop, ids, reports)),
    nameOf: (customerId, id) => ids.names.get(`${customerId} ${id}`) ?? "an unknown subscription",
    planNameOf: (id) => planNames.get(id) ?? "an unknown plan",
    async stop() {
      await watch.close();
      await shop.stop();
    },
  };
}

/** Moves the clock, and has the partitions of its month made. */
function moving(clock: ManualClock, ownerUrl: string): Product["moveTo"] {
  let month = -1;
  return async (instantMs) => {
    clock.moveTo(instantMs);
    const next = new Date(instantMs).getUTCMonth();
    if (next === month) return;
    month = next;
    await ensureUsagePartitions(ownerUrl, clock);
  };
}

async function passTime(shop: TestApp, watch: Watch): Promise<void> {
  const { engine, loops, sandbox, db } = shop.app;
  const inTurn = oneAfterTheOther(db);
  for (;;) {
    await sandbox.idle();
    const waiting = await watch.look();
    const isDue = (atMs: number | null) => atMs !== null && atMs <= shop.clock.now();
    const { periods, payments, refunds, notices, isToTell } = waiting;
    if (isDue(periods)) await closeDue(engine, inTurn);
    if (isDue(payments)) await collect(shop);
    // Nothing is left for it to collect, but there are refunds to ask for.
    if (isDue(refunds)) await loops.payments.runOnce();
    if (isDue(notices)) await loops.railEvents.runOnce();
    if (isDue(nextDue(waiting))) continue;
    if (!isToTell) return;
    await loops.relay.runOnce();
  }
}

/** The same database, whose transactions in a project wait for each other. */
function oneAfterTheOther(db: Database): Database {
  let last: Promise<unknown> = Promise.resolve();
  return {
    ...db,
    inProject(projectId, work) {
      const next = last.then(() => db.inProject(projectId, work));
      last = next.catch(() => undefined);
      return next;
    },
  };
}

/** Collects what is due as the product does, but of each customer one payment after the other. */
async function collect({ app: { collector, db }, clock }: TestApp): Promise<void> {
  const due = await db.acrossProjects((tx) => findDuePayments(tx, clock.now(), DUE_MAX));
  const inOrder = due.toSorted((one, other) => (one.id < other.id ? -1 : 1));
  const byCustomer = new Map<bigint, typeof due>();
  for (const payment of inOrder) {
    const others = byCustomer.get(payment.customerId) ?? [];
    byCustomer.set(payment.customerId, [...others, payment]);
  }
  await sideBySide([...byCustomer.values()], CONCURRENCY, async (payments) => {
    for (const payment of payments) await collectPayment(collector, payment);
  });
}

async function take(
  shop: TestApp,
  ids: Ids,
  life: Life,
  step: Exclude<Step, Report>,
): Promise<string> {
  const customer = await customerOf(shop, ids, life);
  if (step.does === "give_card") {
    const token = step.works ? "pm_card_visa" : "pm_card_chargeCustomerFail";
    const url = `/v1/customers/${customer.text}/payment_methods`;
    return outcome(await shop.call("POST", url, { body: { token } }));
  }
  if (step.does === "subscribe") {
    return subscribe(shop, ids, life, { customer: customer.text, step });
  }
  const id = ids.subscriptions.get(`${life.number} ${step.subscription}`);
  if (id === undefined) return "nobody there";
  if ("bill" in step) return correct(shop, id, step);
  const url = `/v1/subscriptions/${id}`;
  if (step.does === "withdraw") return outcome(await shop.call("DELETE", `${url}/pending_change`));
  return outcome(await shop.call("POST", `${url}/${step.does}`, { body: bodyOf(ids, step) }));
}

type Command = Extract<Step, { does: "pause" | "cancel" | "change" | PlainDeed }>;

function bodyOf({ plans }: Ids, step: Command): object {
  const until = "resumesAtMs" in step ? { resumes_at: instant(step.resumesAtMs) } : {};
  switch (step.does) {
    case "pause":
      return { at_period_end: step.when === "at_period_end", ...until };
    case "cancel":
      return { at_period_end: step.when === "at_period_end" };
    case "change":
      return {
        plan: step.plan === undefined ? undefined : plans.get(step.plan),
        quantity: step.quantity,
        when: instant(step.whenMs) ?? step.when,
        policy: step.policy,
      };
    default:
      return {};
  }
}

async function subscribe(
  shop: TestApp,
  ids: Ids,
  life: Life,
  { customer, step }: { customer: string; step: Extract<Step, { does: "subscribe" }> },
): Promise<string> {
  const { startsAtMs, anchorMs, quantity } = step;
  const body = {
    customer,
    plan: ids.plans.get(step.plan),
    quantity,
    starts_at: instant(startsAtMs),
    ...(anchorMs === undefined ? {} : { billing_anchor: { at: instant(anchorMs) } }),
  };
  const answer = await shop.call("POST", "/v1/subscriptions", { body });
  const key = parseOwnedId("subscription", String(answer.body.id));
  if (key !== null) {
    ids.subscriptions.set(`${life.number} ${step.subscription}`, answer.body.id);
    ids.names.set(`${key.customerId} ${key.id}`, step.subscription);
  }
  return outcome(answer);
}

/** What a merchant does to a bill: paid by hand is all that is left of it. */
async function correct(
  { call }: TestApp,
  subscription: string,
  step: Extract<Step, { bill: number }>,
): Promise<string> {
  const { data } = granted(
    await call("GET", `/v1/invoices?subscription=${subscription}&limit=100`),
  );
  const invoice = data.toReversed()[step.bill - 1];
  if (invoice === undefined) return "nobody there";
  const post = async (what: string, body: object) =>
    outcome(await call("POST", `/v1/invoices/${invoice.id}/${what}`, { body }));
  switch (step.does) {
    case "credit_note":
      return post("credit_notes", { amount: step.amount, to: step.to, reason: "so it is" });
    case "pay_by_hand": {
      const remaining = invoice.amount_remaining;
      const amount = Number(remaining) > 0 ? remaining : "1";
      const reference = `by hand ${step.number}`;
      return post("payments", { amount, method: "bank_transfer", reference });
    }
    default:
      return post(step.does, {});
  }
}

async function takeReports(
  { app, call, projectIds }: TestApp,
  ids: Ids,
  reports: readonly OwnReport[],
): Promise<string[]> {
  const events = reports.flatMap(({ life, report }) => {
    const subscription = ids.subscriptions.get(`${life.number} ${report.subscription}`);
    if (subscription === undefined) return [];
    // Half a day has passed since it last reported, and with it what the recorder remembers.
    app.recorder.forget(
      projectIds.sandbox,
      present(ids.customers.get(life.number), "it is there").id,
    );
    const { metric, quantity, reference, occurredAtMs } = report;
    const occurred_at = instant(occurredAtMs);
    return [{ subscription, metric, quantity, reference_id: reference, occurred_at }];
  });
  const { results } =
    events.length === 0
      ? { results: [] }
      : granted(await call("POST", "/v1/usage", { body: events }));
  let answered = 0;
  return reports.map(({ life, report }) => {
    if (!ids.subscriptions.has(`${life.number} ${report.subscription}`)) return "nobody there";
    const result = results[answered];
    answered += 1;
    return result.status === "refused" ? result.code : result.status;
  });
}

async function customerOf(shop: TestApp, { customers, customerIds }: Ids, life: Life) {
  const known = customers.get(life.number);
  if (known !== undefined) return known;
  const body = { name: `Customer ${life.number}`, time_zone: life.timeZone };
  const { id: text } = granted(await shop.call("POST", "/v1/customers", { body }));
  const customer = { text, id: present(parseId("customer", text), "the API answers ids") };
  customers.set(life.number, customer);
  customerIds.set(life.number, customer.id);
  return customer;
}

function instant(instantMs: number | undefined): string | undefined {
  return instantMs === undefined ? undefined : new Date(instantMs).toISOString();
}

function outcome({ status, body }: Answer): string {
  return status < 300 ? "done" : String(body.code);
}

function granted({ status, body }: Answer): Answer["body"] {
  if (status < 300) return body;
  throw new Error(`answered ${status}: ${JSON.stringify(body)}`);
}
