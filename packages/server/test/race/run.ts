import { collectDue } from "#flows/collect-due-payments.ts";
import { settlePayment } from "#flows/settle-payment/settle-payment.ts";
import { DAY_MS } from "#kernel/clock.ts";
import { parseId, parseOwnedId } from "#kernel/ids.ts";
import { ensureUsagePartitions } from "#modules/metering/index.ts";
import { type Chance, chanceOf } from "#test/crash/chance.ts";
import { findBreaches } from "#test/crash/invariants/check.ts";
import { chargeEvidence } from "#test/crash/invariants/evidence.ts";
import type { Evidence } from "#test/crash/invariants/invariant.ts";
import { withDatabase } from "#test/support/processes/database-process.ts";
import { verifyDatabase } from "#verify-database.ts";
import { type Answer, IN_FLIGHT, RACERS, raced } from "./ask.ts";
import { startTwoServers, type TwoServers } from "./two-servers.ts";

export interface RaceOptions {
  readonly operations: number;
  readonly seed: number;
  /** A migrated database without rows. */
  readonly ownerUrl: string;
  readonly onProgress: (line: string) => void;
}

export interface RaceReport {
  /** How often each kind of thing was asked for or tried. */
  readonly operations: Readonly<Record<Kind, number>>;
  /** How often each of them had an effect, as it should have had. */
  readonly effects: Readonly<Record<Kind, number>>;
  readonly breaches: readonly string[];
}

export const kinds = ["request", "usage", "close", "collection", "settlement"] as const;
export type Kind = (typeof kinds)[number];

interface Account {
  readonly key: string;
  readonly id: string;
}

interface Race extends TwoServers {
  readonly chance: Chance;
  readonly ownerUrl: string;
  readonly plan: string;
  readonly accounts: Account[];
  readonly events: { reference: string; account: Account; quantity: string }[];
  readonly operations: Record<Kind, number>;
  readonly effects: Record<Kind, number>;
  readonly breaches: string[];
}

const SALES_PER_ROUND = 3;
const REFERENCES_PER_ROUND = 120;
const BATCH = 20;
const METRIC = "calls";

const nothingYet = (): Record<Kind, number> =>
  Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<Kind, number>;

/**
 * Lets two servers race for the same things: the same requests under one key, the same usage, the same
 * periods to close, the same payments to collect and to settle. Each has one effect, or it is a breach.
 */
export async function runRaces(options: RaceOptions): Promise<RaceReport> {
  const servers = await startTwoServers(options.ownerUrl);
  try {
    const race: Race = {
      ...servers,
      chance: chanceOf(options.seed),
      ownerUrl: options.ownerUrl,
      plan: await publishPlan(servers),
      accounts: [],
      events: [],
      operations: nothingYet(),
      effects: nothingYet(),
      breaches: [],
    };
    const total = () => kinds.reduce((sum, kind) => sum + race.operations[kind], 0);
    for (let round = 1; total() < options.operations && race.breaches.length === 0; round += 1) {
      await playRound(race);
      options.onProgress(`round ${round}: ${total()} operations`);
    }
    await countEffects(race);
    const { operations, effects } = race;
    return { operations, effects, breaches: [...race.breaches, ...race.defects] };
  } finally {
    await servers.close();
  }
}

async function publishPlan(servers: TwoServers): Promise<string> {
  const price = { kind: "flat", name: "Base fee", billed: "arrears", amount: "1.00" };
  const usage = {
    kind: "usage",
    name: "Calls",
    metric: METRIC,
    model: { type: "per_unit", unit_price: "0.015" },
  };
  const body = {
    name: "Daily",
    currency: "USD",
    interval: { unit: "day" },
    prices: [price, usage],
  };
  return idOf(await raced(servers, { path: "/v1/plans", body, key: "plan" }));
}

async function playRound(race: Race): Promise<void> {
  const { clock, ownerUrl } = race;
  for (let sale = 0; sale < SALES_PER_ROUND; sale += 1) await sell(race);
  await use(race);
  clock.moveBy(DAY_MS);
  await ensureUsagePartitions(ownerUrl, clock);
  await closeAll(race);
  await collectAll(race);
  await settleAgain(race);
  race.breaches.push(...(await findRaceBreaches(race, "always")));
}

/** Whose answers have to be one and the same, but for those that came while it was being given. */
function idOf(answers: readonly Answer[]): string {
  const given = answers.filter(({ status }) => status !== IN_FLIGHT);
  const ids = new Set(
    given.map(({ status, body }) =>
      status < 300 ? (body as { id: string }).id : JSON.stringify(body),
    ),
  );
  const [id] = ids;
  if (id === undefined || ids.size !== 1)
    throw new Error(`one request, many answers: ${[...ids].join(", ")}`);
  return id;
}

/** Customer, card and subscription, each asked for several times under its key. */
async function sell(race: Race): Promise<void> {
  const { accounts, operations, plan } = race;
  const key = `account-${accounts.length + 1}`;
  const ask = async (name: string, path: string, body: object) => {
    operations.request += RACERS;
    return idOf(await raced(race, { path, body, key: `${name}-of-${key}` }));
  };
  const customer = await ask("customer", "/v1/customers", { name: key, metadata: { key } });
  const cards = `/v1/customers/${customer}/payment_methods`;
  await ask("card", cards, { token: "pm_card_visa" });
  const id = await ask("subscription", "/v1/subscriptions", { customer, plan, metadata: { key } });
  accounts.push({ key, id });
}

/** The same references from everywhere at once: one by one, and in batches. */
async function use({ chance, accounts, events, operations, ...race }: Race): Promise<void> {
  const fresh = Array.from({ length: REFERENCES_PER_ROUND }, (_, index) => ({
    reference: `event-${events.length + index + 1}`,
    account: chance.oneOf(accounts) as Account,
    quantity: `${chance.integer(1, 20)}.${chance.integer(0, 999_999_999)}`,
  }));
  events.push(...fresh);
  const wire = fresh.map(({ reference, account, quantity }) => ({
    subscription: account.id,
    metric: METRIC,
    quantity,
    reference_id: reference,
  }));
  const batches = Array.from({ length: REFERENCES_PER_ROUND / BATCH }, (_, index) =>
    wire.slice(index * BATCH, (index + 1) * BATCH),
  );
  const answers = await Promise.all([
    ...wire.map((body) => raced(race, { path: "/v1/usage", body })),
    ...batches.map((body) => raced(race, { path: "/v1/usage", body })),
  ]);
  operations.usage += 2 * RACERS * REFERENCES_PER_ROUND;
  const refused = answers.flat().find(({ status }) => status >= 300);
  if (refused !== undefined) throw new Error(`usage was refused: ${JSON.stringify(refused.body)}`);
}

/** Every subscription is due, and every scheduler is doubled. */
async function closeAll({ apps, accounts, operations }: Race): Promise<void> {
  operations.close += RACERS * accounts.length;
  await Promise.all(racersOf(apps).map((app) => app.loops.periods.runOnce()));
  // Those that ran into each other at the first pass.
  await Promise.all(apps.map((app) => app.loops.periods.runOnce()));
}

/** Both look for what is owed, and hear of what the other has charged from the rail, twice. */
async function collectAll({ apps, accounts, operations, sandbox }: Race): Promise<void> {
  operations.collection += RACERS * accounts.length;
  await Promise.all(racersOf(apps).map((app) => collectDue(app.collector)));
  await sandbox.idle();
  await Promise.all(racersOf(apps).map((app) => app.loops.railEvents.runOnce()));
  for (const app of apps) while ((await app.loops.payments.runOnce()) > 0);
  await Promise.all(racersOf(apps).map((app) => app.loops.relay.runOnce()));
}

/** Payments that have succeeded are settled again, by all at once. */
async function settleAgain({ apps, operations, projectId, ownerUrl }: Race): Promise<void> {
  const settled = await withDatabase(ownerUrl, async (db) => {
    const { rows } = await db.query<{ customer_id: string; id: string; charge_ref: string }>(
      `select customer_id, payment_id as id, charge_ref from payment_attempt
        where outcome = 'succeeded' order by settled_at desc, payment_id limit 50`,
    );
    return rows;
  });
  operations.settlement += RACERS * settled.length;
  await Promise.all(
    settled.flatMap(({ customer_id, id, charge_ref: chargeRef }) => {
      const payment = { customerId: BigInt(customer_id), id: BigInt(id) };
      return racersOf(apps).map(({ db, engine }) =>
        db.ofCustomer({ projectId, customerId: payment.customerId }, (tx) =>
          settlePayment(engine, tx, {
            payment,
            attemptNumber: 1,
            outcome: { type: "succeeded" },
            chargeRef,
          }),
        ),
      );
    }),
  );
}

function racersOf<Each>(pair: readonly Each[]): Each[] {
  return Array.from({ length: RACERS / pair.length }, () => pair).flat();
}

async function findRaceBreaches(race: Race, when: "always" | "settled"): Promise<string[]> {
  const evidence = evidenceOf(race);
  return withDatabase(race.ownerUrl, (db) => findBreaches(db, when, evidence));
}

function evidenceOf({ accounts, events, plan, sandbox }: Race): Evidence {
  const own = (id: string) => String(parseOwnedId("subscription", id)?.id);
  return {
    events: events.map(({ reference, account, quantity }) => ({
      reference,
      subscription: own(account.id),
      metric: METRIC,
      quantity,
      properties: null,
      acknowledged: true,
    })),
    accounts: accounts.map(({ key, id }) => ({
      key,
      subscription: own(id),
      stays: true,
      plan: String(parseId("plan", plan)),
      quantity: 1,
      cards: 1,
      notes: 0,
      one_offs: 0,
    })),
    charges: sandbox.journal.charges().map(chargeEvidence),
    refunds: [],
    disputes: [],
    messages: null,
  };
}

/** What is stored in the end, one way for each kind, beside what the invariants say. */
async function countEffects(race: Race): Promise<void> {
  const { effects, accounts, events, sandbox, breaches, ownerUrl } = race;
  await withDatabase(ownerUrl, async (db) => {
    const count = async (sql: string) => Number((await db.query(`select ${sql} as n`)).rows[0]?.n);
    effects.request = await count(
      "(select count(*) from customer) + (select count(*) from payment_method) + (select count(*) from subscription)",
    );
    effects.usage = await count("(select count(*) from usage_event)");
    effects.close = await count("(select count(*) from invoice)");
    effects.collection = sandbox.journal.charges().length;
    effects.settlement = await count(
      "(select count(*) from ledger_transfer where source_type = 'payment')",
    );
  });
  breaches.push(...(await findRaceBreaches(race, "settled")));
  for (const { breaches: found } of await verifyDatabase(ownerUrl)) {
    breaches.push(...found.map((breach) => JSON.stringify(breach)));
  }
  const expected = {
    request: 3 * accounts.length,
    usage: events.length,
    close: effects.close,
    collection: effects.close,
    settlement: effects.close,
  };
  for (const kind of kinds) {
    if (effects[kind] !== expected[kind]) {
      breaches.push(`${kind}: ${effects[kind]} effects, where ${expected[kind]} should be`);
    }
  }
}
