import { afterAll, beforeAll, expect, test } from "vitest";
import { present } from "#kernel/assert.ts";
import { idSource } from "#kernel/ids.ts";
import type { PlanVersion, PlanVersionKey } from "#modules/catalog/domain/index.ts";
import { type Database, openDatabase, type Tx } from "#platform/db/database.ts";
import { planDraft } from "#test/support/builders/plan.ts";
import { manualClock } from "#test/support/manual-clock.ts";
import { createTestDatabase, type TestDatabase } from "#test/support/postgres/test-database.ts";
import { createPlan, createPlanCache, type PlanCache, planKey } from "./index.ts";

const PROJECT = 3;
const OTHER_PROJECT = 5;
const clock = manualClock(Date.UTC(2026, 0, 31));
const publishing = { clock, newId: idSource(clock, Math.random) };
let testDatabase: TestDatabase;
let db: Database;
let versions: PlanVersion[];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  db = openDatabase({ url: testDatabase.ownerUrl, connectionsMax: 2 });
  versions = await db.inProject(PROJECT, async (tx) => {
    const made = [];
    for (const name of ["A", "B", "C"]) {
      made.push((await createPlan(tx, publishing, planDraft({ name }))).latest);
    }
    return made;
  });
});
afterAll(async () => {
  await db.close();
  await testDatabase.drop();
});

/** Asks a cache, and tells how many statements it took. */
async function ask(cache: PlanCache, keys: readonly PlanVersionKey[], projectId = PROJECT) {
  return db.inProject(projectId, async (tx) => {
    let statements = 0;
    const counting: Tx = {
      projectId: tx.projectId,
      query(sql, values) {
        statements += 1;
        return tx.query(sql, values);
      },
    };
    const found = await cache.planVersions(counting, keys);
    return { found: [...found.keys()].toSorted(), statements };
  });
}

const names = (...keys: readonly PlanVersionKey[]) => keys.map(planKey).toSorted();
const versionAt = (index: number) => present(versions[index], "three versions were made");

test("a version is read once, and the same whether read or remembered", async () => {
  const cache = createPlanCache();
  const [a, b] = [versionAt(0), versionAt(1)];
  expect(await ask(cache, [a, a])).toEqual({ found: names(a), statements: 2 });
  expect(await ask(cache, [a, b])).toEqual({ found: names(a, b), statements: 2 });
  expect(await ask(cache, [a, b])).toEqual({ found: names(a, b), statements: 0 });

  const read = await db.inProject(PROJECT, (tx) => cache.planVersions(tx, [a]));
  expect(read.get(planKey(a))).toEqual(a);
});

test("what does not exist is asked for again", async () => {
  const cache = createPlanCache();
  const missing = { planId: versionAt(0).planId, version: 2 };
  expect(await ask(cache, [missing])).toEqual({ found: [], statements: 2 });
  expect(await ask(cache, [missing])).toEqual({ found: [], statements: 2 });
});

test("what is remembered for one project is not there for another", async () => {
  const cache = createPlanCache();
  await ask(cache, versions);
  expect(await ask(cache, versions, OTHER_PROJECT)).toEqual({ found: [], statements: 2 });
});

test("a full cache forgets what was not asked for the longest", async () => {
  const cache = createPlanCache(2);
  const [a, b, c] = [versionAt(0), versionAt(1), versionAt(2)];
  await ask(cache, [a]);
  await ask(cache, [b]);
  await ask(cache, [a]);
  await ask(cache, [c]);
  expect((await ask(cache, [a])).statements).toBe(0);
  expect((await ask(cache, [b])).statements).toBe(2);
});

test("a set larger than the cache is still answered whole", async () => {
  expect((await ask(createPlanCache(1), versions)).found).toEqual(names(...versions));
});
