import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { present } from "#kernel/assert.ts";
import type { BillingError } from "#kernel/error.ts";
import { formatId, idSource } from "#kernel/ids.ts";
import { type CustomerDraft, customerSnapshot } from "#modules/customers/domain/index.ts";
import { type Database, openDatabase, type Tx } from "#platform/db/database.ts";
import { customerDraft } from "#test/support/builders/customer.ts";
import { manualClock } from "#test/support/manual-clock.ts";
import { createTestDatabase, type TestDatabase } from "#test/support/postgres/test-database.ts";
import {
  createCustomer,
  decideCurrency,
  findCustomer,
  findCustomers,
  findOrCreateByEmail,
  getCustomer,
  listCustomers,
  lockCustomer,
  moveTestClock,
  updateCustomer,
} from "./index.ts";

const PROJECT = 3;
const OTHER_PROJECT = 5;
const LIVE_PROJECT = 2;
const START_MS = Date.UTC(2001, 0, 1);
const clock = manualClock(Date.UTC(2026, 0, 31));
const making = { clock, newId: idSource(clock, Math.random) };
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
const create = (changes: Partial<CustomerDraft> = {}, projectId = PROJECT) =>
  db.inProject(projectId, (tx) => createCustomer(tx, making, customerDraft(changes)));
const byEmail = (email: string, name = "By e-mail") =>
  inProject((tx) => findOrCreateByEmail(tx, making, { ...customerDraft({ name }), email }));

async function refusalOf(work: Promise<unknown>): Promise<Pick<BillingError, "code" | "details">> {
  return work.then(
    () => {
      throw new Error("it was not refused");
    },
    (error: BillingError) => error,
  );
}

async function eventsOf(customerId: bigint) {
  return inProject((tx) =>
    tx.query("select type, data, occurred_at from outbox where customer_id = $1", [customerId]),
  );
}

describe("a customer", () => {
  test("is read as it was written", async () => {
    const customer = await create({
      externalId: "merchant-1",
      email: "Ada@Shipfast.example",
      timeZone: "America/Jamaica",
      currency: "JMD",
      metadata: { nested: [1, "two"] },
      testClockAtMs: START_MS,
    });
    expect(await inProject((tx) => getCustomer(tx, customer.customerId))).toEqual(customer);
    expect(await inProject((tx) => lockCustomer(tx, customer.customerId))).toEqual(customer);
  });

  test("is told about once it is made, in its own time", async () => {
    const customer = await create({ testClockAtMs: START_MS });
    expect(await eventsOf(customer.customerId)).toEqual([
      {
        type: "customer.created",
        data: { customer: customerSnapshot(customer) },
        occurred_at: START_MS,
      },
    ]);
  });

  test("that does not exist is not found", async () => {
    expect(await inProject((tx) => findCustomer(tx, 404n))).toBeNull();
    for (const work of [
      (tx: Tx) => getCustomer(tx, 404n),
      (tx: Tx) => updateCustomer(tx, 404n, {}),
      (tx: Tx) => moveTestClock(tx, 404n, START_MS),
      (tx: Tx) => decideCurrency(tx, 404n, "JMD"),
    ]) {
      expect((await refusalOf(inProject(work))).code).toBe("customer_not_found");
    }
  });

  test("is found in a set; what does not exist or is asked twice adds nothing", async () => {
    const [a, b] = [await create(), await create()];
    const ids = [a.customerId, b.customerId, b.customerId, 404n];
    const found = await inProject((tx) => findCustomers(tx, ids));
    expect(found).toEqual(new Map([a, b].map((customer) => [customer.customerId, customer])));
    expect(await inProject((tx) => findCustomers(tx, []))).toEqual(new Map());
  });

  test("is changed where it may be, and nowhere else", async () => {
    const customer = await create({ externalId: "merchant-2", email: "old@x", currency: "JMD" });
    const changes = { name: "Ada", email: null, timeZone: "Asia/Tokyo", metadata: { a: 1 } };
    const changed = await inProject((tx) => updateCustomer(tx, customer.customerId, changes));
    expect(changed).toEqual({ ...customer, ...changes });
    expect(await inProject((tx) => getCustomer(tx, customer.customerId))).toEqual(changed);
  });
});

describe("an external id", () => {
  test("is one customer's; a second one is told whose", async () => {
    const first = await create({ externalId: "taken" });
    const refusal = await refusalOf(create({ externalId: "taken" }));
    expect(refusal).toMatchObject({
      code: "customer_exists",
      details: { customer: formatId("customer", first.customerId) },
    });
  });

  test("is one customer's, however many ask at the same time", async () => {
    const asked = await Promise.allSettled(
      Array.from({ length: 8 }, () => create({ externalId: "raced" })),
    );
    expect(asked.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const found = await inProject((tx) =>
      listCustomers(tx, { externalId: "raced" }, { before: null, limit: 10 }),
    );
    expect(found).toHaveLength(1);
  });

  test("is free again when its transaction comes to nothing", async () => {
    const failed = inProject(async (tx) => {
      await createCustomer(tx, making, customerDraft({ externalId: "freed" }));
      throw new Error("given up");
    });
    await expect(failed).rejects.toThrow("given up");
    expect(await create({ externalId: "freed" })).toMatchObject({ externalId: "freed" });
  });

  test.each([
    { projectId: OTHER_PROJECT, because: "another product has ids of its own" },
    { projectId: LIVE_PROJECT, because: "the two sides share nothing" },
  ])("may be used again in project $projectId: $because", async ({ projectId }) => {
    await create({ externalId: `again-${projectId}` });
    const again = await create({ externalId: `again-${projectId}` }, projectId);
    expect(again.externalId).toBe(`again-${projectId}`);
  });
});

describe("a customer found by e-mail or made", () => {
  test("is made once, and told about once", async () => {
    const made = await byEmail("new@x", "First");
    expect(made).toMatchObject({ name: "First", email: "new@x" });
    expect(await byEmail("NEW@x", "Second")).toEqual(made);
    expect(await eventsOf(made.customerId)).toHaveLength(1);
  });

  test("is the same one for all who ask at the same time", async () => {
    const asked = await Promise.all(
      Array.from({ length: 8 }, (_, index) => byEmail("raced@x", `Asked ${index}`)),
    );
    expect(new Set(asked.map(({ customerId }) => customerId)).size).toBe(1);
    const found = await inProject((tx) =>
      listCustomers(tx, { email: "raced@x" }, { before: null, limit: 10 }),
    );
    expect(found).toEqual([asked[0]]);
  });

  test("is the oldest of those who share the address", async () => {
    const oldest = await create({ email: "Shared@x" });
    await create({ email: "shared@X" });
    expect(await byEmail("shared@x")).toEqual(oldest);
  });

  test("is another one once the first has another address", async () => {
    const first = await byEmail("moved@x");
    await inProject((tx) => updateCustomer(tx, first.customerId, { email: "elsewhere@x" }));
    const second = await byEmail("moved@x");
    expect(second.customerId).not.toBe(first.customerId);
    expect((await byEmail("elsewhere@x")).customerId).toBe(first.customerId);
  });
});

describe("a test clock", () => {
  test.each([
    { toMs: START_MS + 1, because: "time runs forward" },
    { toMs: START_MS, because: "it may be set where it stands" },
  ])("moves to $toMs: $because", async ({ toMs }) => {
    const { customerId } = await create({ testClockAtMs: START_MS });
    const moved = await inProject((tx) => moveTestClock(tx, customerId, toMs));
    expect(moved.testClockAtMs).toBe(toMs);
    expect(await inProject((tx) => getCustomer(tx, customerId))).toEqual(moved);
  });

  test.each([
    { startMs: START_MS, toMs: START_MS - 1, code: "clock_not_ahead" },
    { startMs: null, toMs: START_MS, code: "test_clock_absent" },
    { startMs: START_MS, toMs: Date.UTC(2100, 0, 1), code: "time_invalid" },
  ])("at $startMs does not move to $toMs: $code", async ({ startMs, toMs, code }) => {
    const { customerId } = await create({ testClockAtMs: startMs });
    const move = inProject((tx) => moveTestClock(tx, customerId, toMs));
    expect((await refusalOf(move)).code).toBe(code);
    const { testClockAtMs } = await inProject((tx) => getCustomer(tx, customerId));
    expect(testClockAtMs).toBe(startMs);
  });

  test("never runs back when two move it at the same time", async () => {
    const { customerId } = await create({ testClockAtMs: START_MS });
    const targets = [4, 1, 3, 2].map((days) => START_MS + days);
    await Promise.allSettled(
      targets.map((toMs) => inProject((tx) => moveTestClock(tx, customerId, toMs))),
    );
    const { testClockAtMs } = await inProject((tx) => getCustomer(tx, customerId));
    expect(testClockAtMs).toBe(Math.max(...targets));
  });

  test("does not exist on the live side", async () => {
    const refusal = await refusalOf(create({ testClockAtMs: START_MS }, LIVE_PROJECT));
    expect(refusal.code).toBe("test_clock_on_live_side");
  });
});

describe("a customer's currency", () => {
  const decide = (customerId: bigint, currency: string) =>
    inProject((tx) => decideCurrency(tx, customerId, currency));

  test("is the first one that is asked for, and stays it", async () => {
    const { customerId } = await create();
    expect((await decide(customerId, "JMD")).currency).toBe("JMD");
    expect((await decide(customerId, "JMD")).currency).toBe("JMD");
    expect(await refusalOf(decide(customerId, "USD"))).toMatchObject({
      code: "currency_mismatch",
      details: { currency: "USD", allowed: "JMD" },
    });
  });

  test("is one, when two are asked for at the same time", async () => {
    const { customerId } = await create();
    const asked = await Promise.allSettled(["JMD", "USD"].map((code) => decide(customerId, code)));
    expect(asked.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});

describe("a list of customers", () => {
  test("is newest first, in pages, and narrowed by external id and e-mail", async () => {
    const project = 7;
    const made = [
      await create({ externalId: "A", email: "Same@x" }, project),
      await create({ externalId: "B", email: "same@x" }, project),
      await create({ externalId: "C" }, project),
    ];
    const [a, b, c] = made.map(({ customerId }) => customerId);
    const before = present(b, "three were made");
    const ids = (filter: Parameters<typeof listCustomers>[1], page = { before: null, limit: 10 }) =>
      db.inProject(project, async (tx) =>
        (await listCustomers(tx, filter, page)).map(({ customerId }) => customerId),
      );

    expect(await ids({}, { before: null, limit: 2 })).toEqual([c, b]);
    const rest = await db.inProject(project, (tx) => listCustomers(tx, {}, { before, limit: 2 }));
    expect(rest.map(({ customerId }) => customerId)).toEqual([a]);
    expect(await ids({ externalId: "B" })).toEqual([b]);
    expect(await ids({ externalId: "D" })).toEqual([]);
    expect(await ids({ email: "SAME@x" })).toEqual([b, a]);
    expect(await ids({ email: "same@x", externalId: "A" })).toEqual([a]);
    expect(await ids({ email: "other@x", externalId: "A" })).toEqual([]);
  });
});

describe("another project", () => {
  test("sees nothing of a customer, even by its id", async () => {
    const { customerId } = await create({ email: "seen@x", externalId: "seen" });
    expect(await inOther((tx) => findCustomer(tx, customerId))).toBeNull();
    expect(await inOther((tx) => lockCustomer(tx, customerId))).toBeNull();
    expect(await inOther((tx) => findCustomers(tx, [customerId]))).toEqual(new Map());
    for (const filter of [{}, { email: "seen@x" }, { externalId: "seen" }]) {
      const found = await inOther((tx) => listCustomers(tx, filter, { before: null, limit: 100 }));
      expect(found.map((customer) => customer.customerId)).not.toContain(customerId);
    }
  });

  test("sees nothing of it when a query forgets the project", async () => {
    const { customerId } = await create({ externalId: "forgotten" });
    for (const table of ["customer", "lookup"]) {
      const query = (tx: Tx) => tx.query<{ customer_id: bigint }>(`select * from ${table}`);
      const ids = (rows: { customer_id: bigint }[]) => rows.map((row) => row.customer_id);
      expect(ids(await inProject(query))).toContain(customerId);
      expect(ids(await inOther(query))).not.toContain(customerId);
    }
  });

  test("can change nothing about it", async () => {
    const customer = await create({ testClockAtMs: START_MS });
    const { customerId } = customer;
    for (const work of [
      (tx: Tx) => updateCustomer(tx, customerId, { name: "Mallory" }),
      (tx: Tx) => moveTestClock(tx, customerId, START_MS + 1),
      (tx: Tx) => decideCurrency(tx, customerId, "USD"),
    ]) {
      expect((await refusalOf(inOther(work))).code).toBe("customer_not_found");
    }
    expect(await inProject((tx) => getCustomer(tx, customerId))).toEqual(customer);
  });
});

test("a search by e-mail reads an index", async () => {
  const plan = await inProject(async (tx) => {
    await tx.query("set local enable_seqscan = off");
    return tx.query(
      "explain select * from customer where project_id = $1 and lower(email) = lower($2)",
      [PROJECT, "ada@x"],
    );
  });
  expect(JSON.stringify(plan)).toContain("customer_by_email");
});
