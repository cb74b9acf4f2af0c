import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DAY_MS, isoInstant } from "#kernel/clock.ts";
import { formatId } from "#kernel/ids.ts";
import { sandboxJournal } from "#modules/payments/rails/stripe/sandbox-journal.ts";
import { type Checked, checkedSum, nothingChecked } from "#modules/verification/domain/index.ts";
import { migrate } from "#platform/db/migrate.ts";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { manualClock } from "#test/support/manual-clock.ts";
import { createEmptyDatabase, type TestDatabase } from "#test/support/postgres/test-database.ts";
import { type DatabaseVerdict, verifyDatabase } from "#verify-database.ts";
import { type EarlierState, loadFixture } from "./fixture.ts";
import { changesBetween, contentOf, rowsOf, tablesOf } from "./stored-rows.ts";

const FIXTURES = join(import.meta.dirname, "fixtures");
const CREDIT_MIGRATION = "0023_customer_credit";

const fixtures = (await readdir(FIXTURES)).filter((name) => name.endsWith(".backup")).toSorted();
const opened: TestDatabase[] = [];
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "farthing-upgrade-"));
});
afterAll(async () => {
  await Promise.all(opened.map((database) => database.drop()));
  await rm(folder, { recursive: true });
});

async function emptyDatabase(): Promise<string> {
  const database = await createEmptyDatabase();
  opened.push(database);
  return database.ownerUrl;
}

const sizeOf = (verdicts: readonly DatabaseVerdict[]): Checked =>
  verdicts.map(({ checked }) => checked).reduce(checkedSum, nothingChecked);

const breachesOf = (verdicts: readonly DatabaseVerdict[]) =>
  verdicts.flatMap(({ breaches }) => breaches);

interface Purse {
  readonly customer_id: bigint;
  readonly currency: string;
  readonly minor: string;
}

/** What stands on the receivable account of who was billed below zero, before there was credit. */
async function purselessOf(ownerUrl: string, { migrations }: EarlierState): Promise<Purse[]> {
  if (migrations.includes(CREDIT_MIGRATION)) return [];
  const billed = "select customer_id, currency, -total_minor as minor from invoice";
  const owed = await rowsOf<Purse>(
    ownerUrl,
    `${billed} where total_minor < 0 order by customer_id, id`,
  );
  expect(owed.length).toBeGreaterThan(0);
  return owed;
}

/** Brings a database to the newest state: its rows are as they were, and who was owed has credit. */
async function upgrade(ownerUrl: string, owed: readonly Purse[]): Promise<void> {
  const tables = await tablesOf(ownerUrl);
  const before = await contentOf(ownerUrl, tables);
  await migrate(ownerUrl);
  const changes = changesBetween(before, await contentOf(ownerUrl, tables));

  const moved = changes.get("ledger_transfer") ?? { gone: [], came: [] };
  const touched = owed.length === 0 ? [] : ["ledger_head", "ledger_transfer"];
  expect([...changes.keys()].toSorted()).toEqual(touched);
  expect([moved.gone, moved.came.length]).toEqual([[], owed.length]);
  const unlike =
    "select id from invoice where (status = 'void') <> (void_since_number is not null)";
  expect(await rowsOf(ownerUrl, unlike)).toEqual([]);
  const credit = await rowsOf(
    ownerUrl,
    `select customer_id, currency, amount_minor as minor from ledger_transfer
      where credit_account = 'customer_credit' and debit_account = 'receivable'
        and customer_id = any($1) order by customer_id, source_id`,
    [owed.map(({ customer_id }) => customer_id)],
  );
  expect(credit).toEqual(owed);
}

/** Lets everybody live to the end of the running period and a day longer. */
async function goOn(ownerUrl: string, state: EarlierState, owed: readonly Purse[]): Promise<void> {
  const { nowMs, sandboxJournalPath } = state;
  const shop = await createTestApp({ ownerUrl, clock: manualClock(nowMs), sandboxJournalPath });
  const newest = "select coalesce(max(number), 0) as number from invoice where project_id = $1";
  const { sandbox } = shop.projectIds;
  const [last] = await rowsOf<{ number: bigint }>(ownerUrl, newest, [sandbox]);
  await liveOn(shop);

  const overdue = `select subscription.id from subscription join customer using (customer_id)
                    where next_action_at <= coalesce(test_clock_at, $1)`;
  expect(await rowsOf(ownerUrl, overdue, [isoInstant(nowMs)])).toEqual([]);
  const [made] = await rowsOf<{ paid: bigint; by_credit: bigint }>(
    ownerUrl,
    `select count(*) filter (where amount_paid_minor > 0) as paid,
            count(*) filter (where credit_applied_minor > 0) as by_credit
       from invoice where project_id = $1 and number > $2`,
    [sandbox, last?.number],
  );
  expect(made?.paid).toBeGreaterThan(0n);
  expect(made?.by_credit).toBeGreaterThanOrEqual(BigInt(owed.length));
  const journal = sandboxJournal(shop.app.sandbox.journal.charges);
  expect(breachesOf(await verifyDatabase(ownerUrl, { journal }))).toEqual([]);
  await shop.stop();
}

async function liveOn(shop: TestApp): Promise<void> {
  const running = await rowsOf<{ customer_id: bigint; until: number }>(
    shop.ownerUrl,
    `select customer_id, max(current_period_end) as until
       from subscription join customer using (customer_id)
      where test_clock_at is not null and status in ('trialing', 'active', 'past_due')
      group by customer_id`,
  );
  for (const { customer_id, until } of running) {
    const path = `/v1/customers/${formatId("customer", customer_id)}/test_clock/advance`;
    const { body } = await shop.call("POST", path, { body: { to: isoInstant(until + DAY_MS) } });
    expect(body).toMatchObject({ now: isoInstant(until + DAY_MS) });
  }
  await shop.settle();
}

describe("a database of an earlier version", () => {
  test("is there, of several states", () => {
    expect(fixtures.length).toBeGreaterThan(5);
  });

  test.each(fixtures)(
    "comes to the newest state as it was, holds and goes on: %s",
    { timeout: 60_000 },
    async (name) => {
      const ownerUrl = await emptyDatabase();
      const state = await loadFixture(join(FIXTURES, name), ownerUrl, folder);
      const owed = await purselessOf(ownerUrl, state);

      await upgrade(ownerUrl, owed);

      const verdicts = await verifyDatabase(ownerUrl);
      const earlier = state.verdicts ?? verdicts;
      expect([...breachesOf(verdicts), ...breachesOf(earlier)]).toEqual([]);
      const addedCount = earlier === verdicts ? 0 : owed.length;
      const checked = sizeOf(earlier);
      const ledgerTransfers = checked.ledgerTransfers + addedCount;
      expect(sizeOf(verdicts)).toEqual({ ...checked, ledgerTransfers });
      await goOn(ownerUrl, state, owed);
    },
  );
});

describe("migrations", () => {
  test("that two servers start at once run once", async () => {
    const ownerUrl = await emptyDatabase();
    await Promise.all([migrate(ownerUrl), migrate(ownerUrl), migrate(ownerUrl)]);
    await migrate(ownerUrl);
    expect(await verifyDatabase(ownerUrl)).toEqual([]);
  });
});
