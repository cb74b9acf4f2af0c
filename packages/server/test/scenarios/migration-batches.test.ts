import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Migrating, runMigrations } from "#flows/migrate-plan/run-migrations.ts";
import { parseId } from "#kernel/ids.ts";
import { verifyProject } from "#modules/verification/index.ts";
import type { Database, Tx } from "#platform/db/database.ts";
import { createTestApp, type Json, TEST_START_MS, type TestApp } from "#test/support/app.ts";
import { manualClock } from "#test/support/manual-clock.ts";
import { cheap, dear, type Migrations, migrationsOf } from "#test/support/migrations.ts";
import { type Customer, flat, perUnit, type Story, storyOf } from "#test/support/story.ts";

const clock = manualClock(TEST_START_MS);
let shop: TestApp;
let second: TestApp;
let story: Story;
let told: Migrations;
beforeAll(async () => {
  shop = await createTestApp({ clock });
  second = await createTestApp({ clock, ownerUrl: shop.ownerUrl });
  story = storyOf(shop);
  told = migrationsOf(shop, story);
});
afterAll(async () => {
  await second.stop();
  await shop.stop();
});

/** A worker of one of the two servers, which takes three at a time. */
function workerOf(server: TestApp, more: Partial<Migrating> = {}): Migrating {
  const { engine, db } = server.app;
  const onDefect = (error: unknown) => {
    throw error;
  };
  return { engine, db, batchMax: 3, onChanged: () => undefined, onDefect, ...more };
}

/** The database, with something that happens before each statement. */
function meddledWith(before: (sql: string, values: readonly unknown[]) => Promise<void>): Database {
  const { db } = shop.app;
  const meddled = (tx: Tx): Tx => ({
    ...tx,
    async query(sql, values = []) {
      await before(sql, values);
      return tx.query(sql, values);
    },
  });
  return {
    ...db,
    inProject: (projectId, work) => db.inProject(projectId, (tx) => work(meddled(tx))),
  };
}

/** Moves a batch and breaks off at the very end, as a lost connection does. */
async function breakOff(): Promise<void> {
  const { db } = shop.app;
  const breaking: Database = {
    ...db,
    inProject: (projectId, work) =>
      db.inProject(projectId, async (tx) => {
        await work(tx);
        throw new Error("broken off");
      }),
  };
  await expect(runMigrations(workerOf(shop, { db: breaking }))).rejects.toThrow("broken off");
}

describe("batches", () => {
  test("a worker that stops in the middle is followed by another, and nothing is moved twice", async () => {
    const plan = await story.publish(cheap);
    const subscribers = await told.subscribers(plan, 7);
    await told.nextVersion(plan, dear);
    const id = await told.started(plan, { when: "now" });

    expect(await runMigrations(workerOf(shop))).toBe(3);
    await breakOff();
    expect(await told.progressOf(id)).toBe("running, 7 total, 3 moved, 4 left");
    const counts = await Promise.all([shop, second].map((one) => runMigrations(workerOf(one))));
    expect(counts.toSorted((one, other) => one - other)).toEqual([1, 3]);
    expect(await runMigrations(workerOf(second))).toBe(0);
    await shop.settle();

    expect(await told.progressOf(id)).toBe("completed, 7 total, 7 moved");
    for (const person of subscribers) {
      expect(await person.invoices()).toHaveLength(2);
      const changes = (await person.events()).filter((type) => type === "subscription.changed");
      expect(changes).toHaveLength(1);
    }
    expect(new Set(await told.toldOf(id))).toEqual(
      new Set(["plan_migration.started", "plan_migration.completed"]),
    );
  });

  test("one that runs into a defect says so, and the others are moved", async () => {
    const plan = await story.publish(cheap);
    const [ada, bob] = (await told.subscribers(plan, 2)) as [Customer, Customer];
    await told.nextVersion(plan, dear);
    await shop.settle();
    const { id } = await told.taken("POST", "/v1/plan_migrations", { plan });
    const adaId = String(parseId("customer", ada.id));
    const broken: Json[] = [];

    const db = meddledWith(async (sql, [customerIds]) => {
      const isHers = Array.isArray(customerIds) && customerIds.includes(adaId);
      if (isHers && sql.includes("update subscription ")) throw new Error("a disk is full");
    });
    const worker = workerOf(shop, { db, onDefect: (_error, row) => void broken.push(row) });
    await runMigrations(worker);
    expect(await told.rowOf(id, ada)).toMatchObject({ state: "waiting", code: "internal_error" });
    expect(await runMigrations(worker)).toBe(0);
    await told.taken("POST", `/v1/plan_migrations/${id}/start`, {});
    await runMigrations(worker);

    expect(broken.map(({ customerId }) => String(customerId))).toEqual([adaId, adaId]);
    expect(await told.rowOf(id, ada)).toMatchObject({ state: "failed", code: "internal_error" });
    expect(await told.rowOf(id, bob)).toMatchObject({ state: "moved" });
    expect(await told.progressOf(id)).toBe("completed, 2 total, 1 moved, 1 failed");
  });

  test("once a pause is answered nothing more is moved, until it is resumed", async () => {
    const plan = await story.publish(cheap);
    await told.subscribers(plan, 4);
    await told.nextVersion(plan, dear);
    const id = await told.started(plan);
    await runMigrations(workerOf(shop));

    await told.asks(id, "pause");
    expect(await runMigrations(workerOf(second))).toBe(0);
    expect(await told.progressOf(id)).toBe("paused, 4 total, 3 moved, 1 left");
    await told.asks(id, "resume");
    expect(await told.progressOf(id)).toBe("completed, 4 total, 4 moved");
  });

  test("a batch that a pause overtakes leaves nothing behind", async () => {
    const plan = await story.publish(cheap);
    const [ada] = (await told.subscribers(plan, 1)) as [Customer];
    await told.nextVersion(plan, dear);
    const id = await told.started(plan, { when: "now" });

    const db = meddledWith(async (sql) => {
      if (!sql.includes("update plan_migration_subscription ")) return;
      await told.taken("POST", `/v1/plan_migrations/${id}/pause`, {});
    });
    expect(await runMigrations(workerOf(shop, { db }))).toBe(0);

    expect(await told.progressOf(id)).toBe("paused, 1 total, 1 left");
    expect(await ada.invoices()).toHaveLength(1);
  });
});

describe("an undo", () => {
  test("of a draft discards it", async () => {
    const plan = await story.publish(cheap);
    await told.subscribers(plan, 1);
    await told.nextVersion(plan, dear);
    const id = await told.drafted(plan);
    await told.asks(id, "undo");
    expect(await told.progressOf(id)).toBe("undone, 1 total, 1 left");
  });

  test("before the period's end withdraws what waits", async () => {
    const plan = await story.publish([flat("30.00", "advance")]);
    const ada = await story.welcome();
    const subscription = await ada.subscribes(plan);
    await told.nextVersion(plan, [flat("45.00", "advance")]);
    const id = await told.drafted(plan);
    await told.asks(id, "start");
    await told.asks(id, "undo");
    await ada.livesUntil("2026-02-01");

    expect(await told.progressOf(id)).toBe("undone, 1 total, 1 returned");
    expect(await subscription.now()).toMatchObject({ plan_version: 1, pending_change: null });
    expect((await ada.invoices()).map(({ total }) => total)).toEqual(["30.00", "30.00"]);
    expect(await told.toldOf(id)).toContain("plan_migration.undone");
  });

  test("is not kept from it by an invoice from before the migration, at the same prices", async () => {
    const plan = await story.publish([flat("30.00", "advance")]);
    const ada = await story.welcome();
    const subscription = await ada.subscribes(plan);
    await told.nextVersion(plan, [flat("45.00", "advance")]);
    await ada.livesUntil("2026-01-05");
    const move = { when: "now", policy: "now_without" };
    await told.asks(await told.drafted(plan, move), "start");
    await ada.livesUntil("2026-01-10");
    const back = await told.drafted(plan, { ...move, from_version: 2, to_version: 1 });
    await told.asks(back, "start");
    await told.asks(back, "undo");

    expect(await told.progressOf(back)).toBe("undone, 1 total, 1 returned");
    expect(await subscription.now()).toMatchObject({ plan_version: 2 });
  });

  test("takes back what holds already and was not billed, as if it had never been", async () => {
    const plan = await story.publish([flat("30.00"), perUnit("packages", "1.50")]);
    const ada = await story.welcome();
    const subscription = await ada.subscribes(plan);
    await subscription.uses("packages", "2");
    await told.nextVersion(plan, [flat("45.00"), perUnit("packages", "2.00")]);
    const id = await told.drafted(plan);
    await told.asks(id, "start");
    await ada.livesUntil("2026-02-11");
    expect(await subscription.now()).toMatchObject({ plan_version: 2 });
    await subscription.uses("packages", "4");
    await told.asks(id, "undo");
    await ada.livesUntil("2026-03-01");

    expect(await told.progressOf(id)).toBe("undone, 1 total, 1 returned");
    expect((await ada.invoices()).map(({ lines }) => lines)).toEqual([
      ["Base fee: 30.00", "packages: 2 → 3.00"],
      ["Base fee: 30.00", "packages: 4 → 6.00"],
    ]);
  });

  test("keeps what was billed, and says on which invoice", async () => {
    const plan = await story.publish([flat("30.00", "advance")]);
    const [ada, bob] = [await story.welcome(), await story.welcome()];
    const [hers, his] = [await ada.subscribes(plan), await bob.subscribes(plan)];
    await told.nextVersion(plan, [flat("45.00", "advance")]);
    const id = await told.drafted(plan);
    await told.asks(id, "start");
    await ada.livesUntil("2026-02-01");
    await told.asks(id, "undo");

    const billed = (await ada.bills()).at(-1).id;
    expect(await told.rowOf(id, ada)).toMatchObject({
      state: "kept",
      code: "plan_version_billed",
      details: { invoice: billed },
    });
    expect(await told.rowOf(id, bob)).toMatchObject({ state: "returned" });
    expect(await told.progressOf(id)).toBe("undone, 2 total, 1 returned, 1 kept");
    expect(await hers.now()).toMatchObject({ plan_version: 2 });
    expect(await his.now()).toMatchObject({ plan_version: 1 });

    const back = await told.drafted(plan, { from_version: 2, to_version: 1 });
    await told.asks(back, "start");
    await ada.livesUntil("2026-03-01");
    expect(await hers.now()).toMatchObject({ plan_version: 1 });
    expect((await ada.invoices()).map(({ total }) => total)).toEqual(["30.00", "45.00", "30.00"]);
  });

  test("keeps what the old version would have counted otherwise", async () => {
    const plan = await story.publish([perUnit("packages", "1.50")]);
    const ada = await story.welcome();
    const subscription = await ada.subscribes(plan);
    await told.nextVersion(plan, [{ ...perUnit("packages", "2.00"), meter: "parcels" }]);
    const id = await told.drafted(plan, { when: "now" });
    await told.asks(id, "start");
    await subscription.uses("packages", "4");
    await told.asks(id, "undo");

    expect(await told.rowOf(id, ada)).toMatchObject({
      state: "kept",
      code: "plan_version_metered",
    });
    await ada.livesUntil("2026-02-01");
    expect((await ada.invoices()).map(({ lines }) => lines)).toEqual([["packages: 4 → 8.00"]]);
  });

  test("keeps what was charged at once, and takes back what was not", async () => {
    const plan = await story.publish([flat("30.00", "advance")]);
    const free = await story.publish([perUnit("packages", "1.50")]);
    const [ada, bob] = [await story.welcome(), await story.welcome()];
    const [hers, his] = [await ada.subscribes(plan), await bob.subscribes(free)];
    for (const person of [ada, bob]) await person.livesUntil("2026-01-11");
    await told.nextVersion(plan, [flat("45.00", "advance")]);
    await told.nextVersion(free, [perUnit("packages", "2.00")]);
    const [charged, uncharged] = [
      await told.drafted(plan, { when: "now" }),
      await told.drafted(free, { when: "now" }),
    ];
    for (const id of [charged, uncharged]) {
      await told.asks(id, "start");
      await told.asks(id, "undo");
    }
    await his.uses("packages", "3");
    await bob.livesUntil("2026-02-01");

    expect(await told.progressOf(charged)).toBe("undone, 1 total, 1 kept");
    expect(await hers.now()).toMatchObject({ plan_version: 2 });
    expect(await told.progressOf(uncharged)).toBe("undone, 1 total, 1 returned");
    expect((await bob.invoices()).map(({ lines }) => lines)).toEqual([["packages: 3 → 4.50"]]);
  });
});

test("an undo that comes after a period's end finds it billed, though nobody had closed it yet", async () => {
  const plan = await story.publish([flat("30.00", "advance")]);
  const ada = await story.welcome({ clock: null });
  const subscription = await ada.subscribes(plan);
  await told.nextVersion(plan, [flat("45.00", "advance")]);
  const id = await told.drafted(plan);
  await told.asks(id, "start");
  clock.moveTo(Date.UTC(2026, 1, 20, 12));
  await told.taken("POST", `/v1/plan_migrations/${id}/undo`, {});

  expect(await runMigrations(workerOf(shop))).toBe(1);

  expect(await told.rowOf(id, ada)).toMatchObject({ state: "kept", code: "plan_version_billed" });
  expect(await subscription.now()).toMatchObject({ plan_version: 2 });
  await shop.settle();
  expect((await ada.invoices()).map(({ total }) => total)).toEqual(["30.00", "45.00"]);
});

test("whatever was moved and returned, everything that is stored agrees", async () => {
  const { breaches } = await verifyProject(shop.app.db, shop.projectIds.sandbox);
  expect(breaches).toEqual([]);
});
