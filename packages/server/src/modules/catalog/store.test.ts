import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BillingError } from "#kernel/error.ts";
import { idSource } from "#kernel/ids.ts";
import { nextVersion, type PlanDraft } from "#modules/catalog/domain/index.ts";
import { type Database, openDatabase, type Tx } from "#platform/db/database.ts";
import {
  flatPrice,
  planDraft,
  tier,
  tieredPrice,
  unitPrice,
  usagePrice,
} from "#test/support/builders/plan.ts";
import { manualClock } from "#test/support/manual-clock.ts";
import { createTestDatabase, type TestDatabase } from "#test/support/postgres/test-database.ts";
import {
  archivePlan,
  createPlan,
  findPlan,
  findPlanVersions,
  getPlan,
  getPlanVersion,
  listPlans,
  planKey,
  publishVersion,
} from "./index.ts";
import { insertNextVersion } from "./store.ts";

const PROJECT = 3;
const OTHER_PROJECT = 5;
const clock = manualClock(Date.UTC(2026, 0, 31));
const publishing = { clock, newId: idSource(clock, Math.random) };
let testDatabase: TestDatabase;
let db: Database;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  db = openDatabase({ url: testDatabase.ownerUrl, connectionsMax: 8 });
});
afterAll(async () => {
  await db.close();
  await testDatabase.drop();
});

const inProject = <Result>(work: (tx: Tx) => Promise<Result>) => db.inProject(PROJECT, work);
const inOther = <Result>(work: (tx: Tx) => Promise<Result>) => db.inProject(OTHER_PROJECT, work);
const create = (changes: Partial<PlanDraft> = {}) =>
  inProject((tx) => createPlan(tx, publishing, planDraft(changes)));
const publish = (planId: bigint, changes: Partial<PlanDraft> = {}) =>
  inProject((tx) => publishVersion(tx, publishing, planId, planDraft(changes)));

async function refusalOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "nothing",
    (error: BillingError) => error.code,
  );
}

describe("a plan", () => {
  test("is read as it was written", async () => {
    const plan = await create({
      description: "For growing shops",
      interval: { unit: "fixed_days", count: 30 },
      prices: [
        flatPrice("2999.00", "advance"),
        unitPrice("packages", "0.000000001", "10.5"),
        tieredPrice("miles", "graduated", [tier("1000.5", "0.0005", "3"), tier(null, "0.00025")]),
        tieredPrice("flights", "volume", [tier(null, "999999999999.999999999")], "1"),
        tieredPrice("blocks", "volume", [{ ...tier(null, "1"), packageSize: 500_000_000n }]),
        usagePrice("fees", {
          type: "percentage",
          includedQuantity: 0n,
          rate: 29_000_000n,
          feePerEvent: 300_000_000n,
          includedEvents: 0n,
          feeMinimum: null,
          feeMaximum: 12_000_000_001n,
        }),
        usagePrice(
          "seats",
          { type: "package", includedQuantity: 1n, packageSize: 10n, packagePrice: 5n },
          { minimum: 10_000_000_000n, maximum: null },
        ),
        usagePrice("sales", {
          type: "graduated_percentage",
          includedQuantity: 0n,
          tiers: [tier("10", "0.01", "200"), tier(null, "0.02")],
        }),
      ],
      spend: { minimum: 1_000_000_000n, maximum: 99_990_000_000n },
      metadata: { nested: { kept: [1, "two", null] } },
    });
    expect(await inProject((tx) => getPlan(tx, plan.latest.planId))).toEqual(plan);
  });

  test("that does not exist is not found", async () => {
    expect(await inProject((tx) => findPlan(tx, 404n))).toBeNull();
    expect(await refusalOf(inProject((tx) => getPlan(tx, 404n)))).toBe("plan_not_found");
  });

  test("is taken off sale once and for all, and stays readable", async () => {
    const { latest } = await create();
    const archived = await inProject((tx) => archivePlan(tx, latest.planId));
    expect(archived).toMatchObject({ status: "archived", latest });
    expect(await inProject((tx) => archivePlan(tx, latest.planId))).toEqual(archived);
    expect(await refusalOf(publish(latest.planId))).toBe("plan_archived");
    expect(await refusalOf(inProject((tx) => archivePlan(tx, 404n)))).toBe("plan_not_found");
  });
});

describe("a plan's versions", () => {
  test("follow one another, and the earlier ones stay as they were", async () => {
    const first = (await create({ name: "First" })).latest;
    const { planId } = first;
    clock.moveBy(1000);
    const second = await publish(planId, { name: "Second", currency: "USD" });

    expect(second.latest).toMatchObject({ version: 2, name: "Second", currency: "USD" });
    expect(await inProject((tx) => getPlan(tx, planId))).toEqual(second);
    expect(await inProject((tx) => getPlanVersion(tx, { planId, version: 1 }))).toEqual(first);
  });

  test("are found as a set; what does not exist or is asked twice adds nothing", async () => {
    const first = (await create()).latest;
    const second = (await publish(first.planId)).latest;
    const other = (await create()).latest;
    const keys = [first, second, other, other, { planId: other.planId, version: 2 }];

    const found = await inProject((tx) => findPlanVersions(tx, keys));
    expect(found).toEqual(
      new Map([first, second, other].map((version) => [planKey(version), version])),
    );
    expect(await inProject((tx) => findPlanVersions(tx, []))).toEqual(new Map());
  });

  test.each([
    { isPlanKnown: true, code: "plan_version_not_found", because: "the plan has one version" },
    { isPlanKnown: false, code: "plan_not_found", because: "there is no such plan" },
  ])("that do not exist are $code: $because", async ({ isPlanKnown, code }) => {
    const planId = isPlanKnown ? (await create()).latest.planId : 404n;
    const get = inProject((tx) => getPlanVersion(tx, { planId, version: 2 }));
    expect(await refusalOf(get)).toBe(code);
  });

  test("are numbered once, however many publish at the same time", async () => {
    const { planId } = (await create()).latest;
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        publish(planId, { name: `By ${index}` }).then(
          ({ latest }) => latest.version,
          (error: BillingError) => error.code,
        ),
      ),
    );

    const versions = outcomes.filter((outcome) => typeof outcome === "number");
    const refusals = outcomes.filter((outcome) => typeof outcome !== "number");
    expect(new Set(versions)).toEqual(new Set(versions.map((_, index) => index + 2)));
    expect(new Set(refusals)).toEqual(
      new Set(refusals.length > 0 ? ["plan_version_superseded"] : []),
    );
    const latest = await inProject((tx) => getPlan(tx, planId));
    expect(latest.latest.version).toBe(1 + versions.length);
  });

  test.each([
    { isArchived: false, because: "another publisher came first" },
    { isArchived: true, because: "the plan was archived" },
  ])("are not written when $because since the plan was read", async ({ isArchived }) => {
    const read = await create();
    const { planId } = read.latest;
    if (isArchived) await inProject((tx) => archivePlan(tx, planId));
    else await publish(planId);

    const { latest } = nextVersion(read, planDraft({ name: "Late" }), publishing.newId, 0);
    expect(await inProject((tx) => insertNextVersion(tx, latest))).toBe(false);
    const now = await inProject((tx) => getPlan(tx, planId));
    expect(now.latest).toMatchObject({ name: "Business Plan", version: isArchived ? 1 : 2 });
  });
});

describe("a list of plans", () => {
  test("is newest first, in pages, and told by status", async () => {
    const project = 7;
    const names = ["A", "B", "C"];
    const made = await db.inProject(project, async (tx) => {
      const plans = [];
      for (const name of names) plans.push(await createPlan(tx, publishing, planDraft({ name })));
      return plans;
    });
    const [a, b, c] = made.map(({ latest }) => latest.planId);
    await db.inProject(project, (tx) => archivePlan(tx, b ?? 0n));

    const ids = (filter: Parameters<typeof listPlans>[1], before: bigint | null, limit: number) =>
      db.inProject(project, async (tx) =>
        (await listPlans(tx, filter, { before, limit })).map(({ latest }) => latest.planId),
      );
    expect(await ids({}, null, 2)).toEqual([c, b]);
    expect(await ids({}, b ?? null, 2)).toEqual([a]);
    expect(await ids({ status: "active" }, null, 10)).toEqual([c, a]);
    expect(await ids({ status: "archived" }, null, 10)).toEqual([b]);
  });
});

describe("another project", () => {
  test("sees nothing of a plan, even by its id", async () => {
    const { latest } = await create();
    expect(await inOther((tx) => findPlan(tx, latest.planId))).toBeNull();
    expect(await inOther((tx) => findPlanVersions(tx, [latest]))).toEqual(new Map());
    expect(await inOther((tx) => listPlans(tx, {}, { before: null, limit: 10 }))).toEqual([]);
  });

  test("sees nothing of it when a query forgets the project", async () => {
    await create();
    for (const table of ["plan", "plan_version", "price"]) {
      expect(await inOther((tx) => tx.query(`select * from ${table}`))).toEqual([]);
      expect(await inProject((tx) => tx.query(`select * from ${table}`))).not.toEqual([]);
    }
  });

  test("cannot archive it or publish it", async () => {
    const { planId } = (await create()).latest;
    expect(await refusalOf(inOther((tx) => archivePlan(tx, planId)))).toBe("plan_not_found");
    const published = inOther((tx) => publishVersion(tx, publishing, planId, planDraft()));
    expect(await refusalOf(published)).toBe("plan_not_found");
  });
});

test("the application's role cannot change what is published", async () => {
  await create();
  for (const table of ["plan_version", "price"]) {
    const changed = inProject((tx) => tx.query(`update ${table} set name = 'Other'`));
    await expect(changed).rejects.toThrow("permission denied");
  }
});
