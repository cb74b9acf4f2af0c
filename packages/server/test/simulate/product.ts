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
import type { Life, PlanTerms, Report, Step } from "./history.ts";

/** The product as the simulation sees it: by its API, and with its loops run when it is their turn. */
export interface Product {
  readonly shop: TestApp;
  /** By the number of the life. */
  readonly customers: Map<number, bigint>;
  moveTo(instantMs: number): Promise<void>;
  /** Does all that is due, if there is something, in an order that is always the same. */
  passTime(): Promise<void>;
  /** Answers `done`, or the code of a refusal. */
  take(life: Life, step: Exclude<Step, Report>): Promise<string>;
  /** Answers what became of each. */
  takeReports(reports: readonly OwnReport[]): Promise<string[]>;
  /** The name that a subscription's life gives it. */
  nameOf(customerId: bigint, id: bigint): string;
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
  const shop = await createTestApp({ clock, ownerUrl, random, sandboxProjects });
  const ids: Ids = {
    plans: new Map(),
    customers: new Map(),
    subscriptions: new Map(),
    names: new Map(),
  };
  for (const [name, terms] of plans) {
    ids.plans.set(name, granted(await shop.call("POST", "/v1/plans", { body: terms })).id);
  }
  // Between two things that happen nothing new becomes due.
  let dueMs: number | null = null;
  const changing = <Result>(work: Promise<Result>): Promise<Result> => {
    dueMs = null;
    return work;
  };
  return {
    shop,
    get customers() {
      return new Map([...ids.customers].map(([number, { id }]) => [number, id]));
    },
    moveTo: moving(clock, ownerUrl),
    async passTime() {
      dueMs ??= await nextDue(shop);
      if (dueMs <= clock.now()) await changing(passTime(shop));
    },
    take: (life, step) => changing(take(shop, ids, life, step)),
    takeReports: (reports) => changing(takeReports(shop, ids, reports)),
    nameOf: (customerId, id) => ids.names.get(`${customerId} ${id}`) ?? "an unknown subscription",
    stop: () => shop.stop(),
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

/** When time next has something to do; infinite when never. */
async function nextDue({ app }: TestApp): Promise<number> {
  const [row] = await app.db.acrossProjects((tx) =>
    tx.query<{ next: number | null }>(
      `select least((select min(next_action_at) from subscription),
                    (select min(next_attempt_at) from payment)) as next`,
    ),
  );
  return row?.next ?? Number.POSITIVE_INFINITY;
}

async function passTime(shop: TestApp): Promise<void> {
  const { engine, loops, sandbox, db } = shop.app;
  const inTurn = oneAfterTheOther(db);
  for (;;) {
    await sandbox.idle();
    let count = await closeDue(engine, inTurn);
    count += await collect(shop);
    count += await loops.railEvents.runOnce();
    count += await loops.relay.runOnce();
    if (count === 0) return;
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
async function collect({ app: { collector, db }, clock }: TestApp): Promise<number> {
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
  return due.length;
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
    const { startsAtMs, anchorMs } = step;
    const body = {
      customer: customer.text,
      plan: ids.plans.get(step.plan),
      ...(startsAtMs === undefined ? {} : { starts_at: iso(startsAtMs) }),
      ...(anchorMs === undefined ? {} : { billing_anchor: { at: iso(anchorMs) } }),
    };
    const answer = await shop.call("POST", "/v1/subscriptions", { body });
    const key = parseOwnedId("subscription", String(answer.body.id));
    if (key !== null) {
      ids.subscriptions.set(`${life.number} ${step.subscription}`, answer.body.id);
      ids.names.set(`${key.customerId} ${key.id}`, step.subscription);
    }
    return outcome(answer);
  }
  const id = ids.subscriptions.get(`${life.number} ${step.subscription}`);
  if (id === undefined) return "nobody there";
  if ("bill" in step) return correct(shop, id, step);
  if (step.does === "pause") {
    const { when, resumesAtMs } = step;
    const until = resumesAtMs === undefined ? {} : { resumes_at: iso(resumesAtMs) };
    const body = { at_period_end: when === "at_period_end", ...until };
    return outcome(await shop.call("POST", `/v1/subscriptions/${id}/pause`, { body }));
  }
  if (step.does !== "cancel") {
    return outcome(await shop.call("POST", `/v1/subscriptions/${id}/${step.does}`, { body: {} }));
  }
  const body = { at_period_end: step.when === "at_period_end" };
  return outcome(await shop.call("POST", `/v1/subscriptions/${id}/cancel`, { body }));
}

/** Takes a bill back, gives it up, or records all that is left of it as paid by hand. */
async function correct(
  { call }: TestApp,
  subscription: string,
  { bill, does, number }: Extract<Step, { bill: number }>,
): Promise<string> {
  const { data } = granted(
    await call("GET", `/v1/invoices?subscription=${subscription}&limit=100`),
  );
  const invoice = data.toReversed()[bill - 1];
  if (invoice === undefined) return "nobody there";
  if (does !== "pay_by_hand") {
    return outcome(await call("POST", `/v1/invoices/${invoice.id}/${does}`, { body: {} }));
  }
  const remaining = invoice.amount_remaining;
  const amount = Number(remaining) > 0 ? remaining : "1";
  const body = { amount, method: "bank_transfer", reference: `by hand ${number}` };
  return outcome(await call("POST", `/v1/invoices/${invoice.id}/payments`, { body }));
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
    const occurred_at = iso(occurredAtMs);
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

async function customerOf(shop: TestApp, { customers }: Ids, life: Life) {
  const known = customers.get(life.number);
  if (known !== undefined) return known;
  const body = { name: `Customer ${life.number}`, time_zone: life.timeZone };
  const { id: text } = granted(await shop.call("POST", "/v1/customers", { body }));
  const customer = { text, id: present(parseId("customer", text), "the API answers ids") };
  customers.set(life.number, customer);
  return customer;
}

function iso(instantMs: number): string {
  return new Date(instantMs).toISOString();
}

function outcome({ status, body }: Answer): string {
  return status < 300 ? "done" : String(body.code);
}

function granted({ status, body }: Answer): Answer["body"] {
  if (status < 300) return body;
  throw new Error(`answered ${status}: ${JSON.stringify(body)}`);
}
