import { collectDue, createCollector } from "#flows/collect-due-payments.ts";
import { DAY_MS, MINUTE_MS } from "#kernel/clock.ts";
import { formatOwnedId } from "#kernel/ids.ts";
import { AUTHENTICATION_REQUIRED } from "#modules/payments/domain/index.ts";
import { type Chance, chanceOf } from "#test/crash/chance.ts";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { type AtTheBank, visitBank } from "#test/support/payments/visit-bank.ts";
import { type Customer, flat, storyOf } from "#test/support/story.ts";
import { type Check, checkAll, query } from "./checks.ts";
import { ignoreKeys, playFaults, type Struck, struckBy } from "./faults.ts";

export interface ChaosOptions {
  readonly seed: number;
  /** How many invoices are charged, rounded up to whole days of all customers. */
  readonly payments: number;
  /** The database of a run without a test runner. */
  readonly ownerUrl?: string;
  /** Told how many payments were made so far, of how many. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface ChaosReport {
  readonly payments: number;
  readonly charges: number;
  readonly declined: number;
  /** Payments that a bank wanted the payer for, and that the payer confirmed on the bank's page. */
  readonly confirmed: number;
  readonly struck: readonly Struck[];
  readonly checks: readonly Check[];
}

const DAYS_MIN = 4;
const DAYS_MAX = 20;
const PAYMENTS_A_DAY = 75;
const ROUNDS_MAX = 50;

/** A card that fails is replaced after so many days. */
const PATIENCE_DAYS = 2;

const POOR_SHARE = 0.15;
/** Of the others, those whose bank wants them for every charge. */
const ASKED_SHARE = 0.12;
/** Of those who come to their bank's page, who fails there; and of the others, who goes away again. */
const FAILING_SHARE = 0.2;
const LEAVING_SHARE = 0.2;

const WANTED = `
  select customer_id, id from payment
   where status = 'pending' and last_failure_code = '${AUTHENTICATION_REQUIRED}'
   order by customer_id, id`;

/** Until another card is given, nothing but the payer's word makes such a payment succeed. */
const CONFIRMED = `
  select 1 from payment
   where status = 'succeeded' and last_failure_code = '${AUTHENTICATION_REQUIRED}'`;

interface OwnedRow {
  readonly customer_id: bigint;
  readonly id: bigint;
}

/**
 * Lets customers live through days of daily billing while the card sandbox plays every fault it knows,
 * and for the second half of the days a rail that ignores idempotency keys; two collectors race for
 * every payment, and payers whom their banks want come in between. Then lets all come to rest, and
 * compares what was charged with the books.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, payments, ownerUrl, onProgress = () => undefined } = options;
  const days = Math.min(DAYS_MAX, Math.max(DAYS_MIN, Math.ceil(payments / PAYMENTS_A_DAY)));
  const customerCount = Math.ceil(payments / days);
  const shop = await createTestApp(ownerUrl === undefined ? {} : { ownerUrl });
  const chance = chanceOf(seed);
  try {
    const { poor, asked } = await subscribers(shop, customerCount, chance);
    playFaults(shop.app.sandbox, seed);
    // Notices are handled as they come, also before the answer that they overtook.
    shop.app.loops.railEvents.start();
    for (let day = 1; day <= days; day += 1) {
      if (day === Math.ceil(days / 2) + 1) ignoreKeys(shop.app.sandbox);
      await Promise.all([passDay(shop), payersCome(shop, () => choiceAtTheBank(chance))]);
      if (day % PATIENCE_DAYS === 0) {
        await giveCards(poor.splice(0, Math.ceil(poor.length / 2)));
      }
      onProgress(day * customerCount, days * customerCount);
    }
    const struck = struckBy(shop.app.sandbox);
    shop.app.sandbox.faults.clear();
    await payersCome(shop, () => "complete");
    const confirmed = (await query(shop, CONFIRMED)).length;
    await giveCards([...poor, ...asked]);
    await comeToRest(shop);
    const charges = shop.app.sandbox.journal.charges();
    return {
      payments: days * customerCount,
      charges: charges.filter(({ status }) => status === "succeeded").length,
      declined: charges.filter(({ status }) => status === "failed").length,
      confirmed,
      struck,
      checks: await checkAll(shop),
    };
  } finally {
    await shop.stop();
  }
}

/** Answers those whose card will fail, and those whose bank will ask for them. */
async function subscribers(shop: TestApp, count: number, chance: Chance) {
  const story = storyOf(shop);
  const plan = await story.publish([flat("29.99")], {
    interval: { unit: "day" },
    when_unpaid: "stay_past_due",
  });
  const poor: Customer[] = [];
  const asked: Customer[] = [];
  for (let made = 0; made < count; made += 1) {
    const isPoor = chance.happens(POOR_SHARE);
    const isAsked = !isPoor && chance.happens(ASKED_SHARE);
    const solvent = isAsked ? "pm_card_authenticationRequired" : "pm_card_visa";
    const card = isPoor ? "pm_card_chargeCustomerFail" : solvent;
    const customer = await story.welcome({ clock: null, card });
    await customer.subscribes(plan);
    if (isPoor) poor.push(customer);
    if (isAsked) asked.push(customer);
  }
  return { poor, asked };
}

async function passDay(shop: TestApp): Promise<void> {
  await Promise.all([shop.moveTo(shop.clock.now() + DAY_MS), collectBeside(shop)]);
  await passRound(shop);
}

/** Lets leases run out and late webhooks come in. */
async function passRound(shop: TestApp): Promise<void> {
  shop.clock.moveBy(2 * MINUTE_MS);
  await Promise.all([shop.settle(), collectBeside(shop)]);
}

/** Another process on the same database, which goes for the same payments. */
async function collectBeside({ app }: TestApp): Promise<void> {
  const { engine, db, rails } = app.collector;
  const onDefect = (error: unknown) => {
    throw error;
  };
  await collectDue(createCollector({ engine, db, rails, onDefect }));
}

async function giveCards(customers: readonly Customer[]): Promise<void> {
  for (const customer of customers) await customer.gives("pm_card_visa");
}

/** What a payer does at the bank: most prove who they are. */
function choiceAtTheBank(chance: Chance): AtTheBank {
  if (chance.happens(FAILING_SHARE)) return "fail";
  return chance.happens(LEAVING_SHARE) ? "leave" : "complete";
}

/** Payers whom their banks want follow their links, whatever else happens to the payment meanwhile. */
async function payersCome(shop: TestApp, atTheBank: () => AtTheBank): Promise<void> {
  const wanted = await query<OwnedRow>(shop, WANTED);
  const visits = wanted.map(({ customer_id, id }) => {
    const payment = formatOwnedId("payment", { customerId: customer_id, id });
    return visitBank(shop, `https://billing.example/pay/${payment}`, atTheBank());
  });
  for (const { status, body } of await Promise.all(visits)) {
    if (status === 500) throw new Error(`a payer saw a defect: ${JSON.stringify(body)}`);
  }
}

async function comeToRest(shop: TestApp): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    await passRound(shop);
    const waiting = await query(shop, "select 1 from payment where next_attempt_at is not null");
    if (waiting.length === 0) return;
  }
}
