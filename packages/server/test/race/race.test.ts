import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "#test/support/postgres/test-database.ts";
import { kinds, runRaces } from "./run.ts";

const OPERATIONS = 3_000;
const SEED = Date.now() % 1_000_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test("two servers that race for the same things do each of them once", {
  timeout: 120_000,
}, async () => {
  console.info(`npm run race -- --operations ${OPERATIONS} --seed ${SEED}`);
  const { ownerUrl } = database;
  const report = await runRaces({ operations: OPERATIONS, seed: SEED, ownerUrl, onProgress() {} });

  expect(report.breaches).toEqual([]);
  for (const kind of kinds) {
    expect(report.effects[kind]).toBeGreaterThan(0);
    expect(report.operations[kind]).toBeGreaterThanOrEqual(2 * report.effects[kind]);
  }
});
