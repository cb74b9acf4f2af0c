import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { present } from "#kernel/assert.ts";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { withAdmin } from "#test/support/postgres/template.ts";
import { flat, perUnit, type Story, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let relations: readonly Relation[];
beforeAll(async () => {
  shop = await createTestApp();
  for (const whose of ["sandbox", "other"] as const) await fillEveryTable(whose);
  // Their events are still to be relayed, so the outbox has rows as well.
  for (const whose of ["sandbox", "other"] as const) await storyOf(shop, whose).welcome();
  relations = await withAdmin(shop.ownerUrl, async (owner) => (await owner.query(RELATIONS)).rows);
});
afterAll(() => shop.stop());

interface Relation {
  readonly name: string;
  readonly kind: "partition" | "table" | "view";
  readonly columns: readonly string[];
  readonly is_secured: boolean;
  readonly policies: readonly string[];
}

const RELATIONS = `
  select relname as name, relrowsecurity as is_secured,
         case when relkind = 'v' then 'view' when relispartition then 'partition' else 'table' end as kind,
         array(select attname::text from pg_attribute
                where attrelid = pg_class.oid and attnum > 0 and not attisdropped) as columns,
         array(select policyname || ' to ' || array_to_string(roles, ', ') || ', ' || cmd || ': ' || qual
                      || coalesce(' check ' || with_check, '')
                 from pg_policies
                where schemaname = 'farthing' and tablename = relname order by policyname) as policies
    from pg_class
   where relnamespace = 'farthing'::regnamespace and relkind in ('r', 'p', 'v')
   order by relname`;

const OF_PROJECT =
  "(project_id = (NULLIF(current_setting('farthing.project_id'::text, true), ''::text))::integer)";

// Where a transaction names no customer, a row's own customer is as good as any.
const OF_CUSTOMER =
  "(customer_id = COALESCE((NULLIF(current_setting('farthing.customer_id'::text, true), ''::text))::bigint, customer_id))";

const scopeOf = (columns: readonly string[]) =>
  columns.includes("customer_id") ? `(${OF_PROJECT} AND ${OF_CUSTOMER})` : OF_PROJECT;

/** What only the provider, or somebody at its dashboard, can bring about. */
async function fillMoneyBack(projectId: number): Promise<void> {
  const project = `${projectId}, now()`;
  const money = "'JMD', 1, 'stripe'";
  await shop.app.db.inProject(projectId, async (tx) => {
    const [payment] = await tx.query<{ customer_id: bigint; id: bigint }>(
      "select customer_id, id from payment limit 1",
    );
    const key = `${payment?.customer_id}, ${payment?.id}, ${payment?.id}`;
    await tx.query(
      `insert into refund (customer_id, id, payment_id, currency, amount_minor, rail, project_id,
              created_at, status, attempt_count)
       values (${key}, ${money}, ${project}, 'pending', 0)`,
    );
    await tx.query(
      `insert into dispute (customer_id, id, payment_id, currency, amount_minor, rail, project_id,
              opened_at, status, reason, rail_ref)
       values (${key}, ${money}, ${project}, 'open', 'fraudulent', 'dp_1')`,
    );
    await tx.query(
      `insert into reconciliation (id, rail, project_id, created_at, from_at, to_at, charge_count,
              refund_count, foreign_count, difference_count)
       values (1, 'stripe', ${project}, now() - interval '1 day', now(), 0, 0, 0, 1)`,
    );
    await tx.query(
      `insert into reconciliation_difference (project_id, reconciliation_id, position, kind, rail_ref,
              currency, rail_minor, ledger_minor)
       values (${projectId}, 1, 0, 'charge_not_booked', 'ch_1', 'JMD', 1, 0)`,
    );
  });
}

/** Lives through enough to leave a row in every table. */
async function fillEveryTable(whose: "sandbox" | "other"): Promise<void> {
  const token = shop.tokens[whose];
  const story = storyOf(shop, whose);
  const body = { url: "http://127.0.0.1:1/nobody-listens" };
  const headers = { "idempotency-key": "hook" };
  await shop.call("POST", "/v1/webhook_endpoints", { token, body, headers });
  const senders = {
    ...perUnit("packages", "1.00"),
    meter: "senders",
    aggregation: "unique_count",
    property: "sender",
  };
  const plan = await story.publish([flat("10.00"), perUnit("packages", "1.00"), senders]);
  const ada = await story.welcome({ clock: "2026-01-01" });
  const subscription = await ada.subscribes(plan, { reference_id: "order-1" });
  await subscription.uses("packages", "3", { properties: { sender: "ada" } });
  await ada.livesUntil("2026-02-01");
  const larger = await story.publish([flat("59.00", "advance")], { name: "Larger" });
  const change = { plan: larger, when: "now" };
  await shop.call("POST", `/v1/subscriptions/${subscription.id}/change`, { token, body: change });
  const bob = await story.welcome({ clock: "2026-01-01", card: null });
  await (await bob.subscribes(plan)).pays();
  await shop.settle();
  await fillMigration(token, plan);
  await fillMoneyBack(shop.projectIds[whose]);
  await fillCorrections(story, token, plan);
}

/** Everybody who has the plan is to move to its next version. */
async function fillMigration(token: string, plan: string): Promise<void> {
  const interval = { unit: "month" };
  const next = { name: "Next", currency: "JMD", interval, prices: [flat("12.00")] };
  await shop.call("POST", `/v1/plans/${plan}/versions`, { token, body: next });
  await shop.call("POST", "/v1/plan_migrations", { token, body: { plan } });
}

async function fillCorrections(story: Story, token: string, plan: string): Promise<void> {
  const poor = await story.welcome({ clock: "2026-01-01", card: "pm_card_chargeCustomerFail" });
  await poor.subscribes(plan);
  await poor.livesUntil("2026-02-01");
  const [{ id }] = (await poor.bills()) as [{ id: string }];
  const money = { amount: "1.00", method: "cash", reference: "4711" };
  await shop.call("POST", `/v1/invoices/${id}/payments`, { token, body: money });
  const note = { amount: "1.00", reason: "Lost", to: "balance" };
  await shop.call("POST", `/v1/invoices/${id}/credit_notes`, { token, body: note });
  const item = { customer: poor.id, description: "Setting up", unit_amount: "1.00" };
  await shop.call("POST", "/v1/invoice_items", { token, body: item });
  const lines = [{ description: "Any", quantity: "1", unit_amount: "1.00" }];
  const sent = { customer: poor.id, lines, collection: "send" };
  const { body: invoice } = await shop.call("POST", "/v1/invoices", { token, body: sent });
  await shop.call("GET", `${new URL(invoice.payment_url).pathname}/card`, { token: null });
}

const tables = () => relations.filter(({ kind }) => kind === "table");
const inProject = <Row extends object>(projectId: number, sql: string) =>
  shop.app.db.inProject(projectId, (tx) => tx.query<Row>(sql));

/** Two customers of a project who have each a subscription. */
async function customersIn(projectId: number): Promise<[bigint, bigint]> {
  const rows = await inProject<{ customer_id: bigint }>(
    projectId,
    "select distinct customer_id from subscription order by customer_id limit 2",
  );
  const [one, other] = rows.map(({ customer_id }) => customer_id);
  return [present(one, "there are two"), present(other, "there are two")];
}

/** Whose rows a query without a `where` finds in a transaction of one customer. */
async function customersSeen(customerId: bigint, table: string): Promise<bigint[]> {
  const owner = { projectId: shop.projectIds.sandbox, customerId };
  const rows = await shop.app.db.ofCustomer(owner, (tx) =>
    tx.query<{ customer_id: bigint }>(`select distinct customer_id from ${table}`),
  );
  return rows.map(({ customer_id }) => customer_id);
}

describe("every table", () => {
  test("has its project in each row, and row-level security with both policies", () => {
    expect(tables().length).toBeGreaterThan(25);
    for (const { name, columns, is_secured, policies } of tables()) {
      const hasProject = columns.includes("project_id");
      expect({ name, hasProject, is_secured, policies }).toEqual({
        name,
        hasProject: true,
        is_secured: true,
        policies: [
          "discovery to farthing_worker, SELECT: true",
          `project_isolation to farthing_app, ALL: ${scopeOf(columns)} check ${scopeOf(columns)}`,
        ],
      });
    }
  });

  test("shows a query without a `where` the rows of its own project, and none of another", async () => {
    const { sandbox, other } = shop.projectIds;
    const readable = relations.filter(({ kind }) => kind !== "partition");
    for (const { name } of readable) {
      const seen = [await projectsIn(sandbox, name), await projectsIn(other, name)];
      expect({ name, seen }).toEqual({ name, seen: [[sandbox], [other]] });
    }
  });

  test("shows who names a customer that customer's rows, whatever the query forgets", async () => {
    const ofCustomers = relations.filter(
      ({ kind, columns }) => kind !== "partition" && columns.includes("customer_id"),
    );
    const [ada, bob] = await customersIn(shop.projectIds.sandbox);
    expect(ofCustomers.length).toBeGreaterThan(15);
    for (const { name } of ofCustomers) {
      const seenByAda = await customersSeen(ada, name);
      const seenByBob = await customersSeen(bob, name);
      const strangers = [
        ...seenByAda.filter((customerId) => customerId !== ada),
        ...seenByBob.filter((customerId) => customerId !== bob),
      ];
      expect({ name, strangers }).toEqual({ name, strangers: [] });
    }
    expect(await customersSeen(ada, "subscription")).toEqual([ada]);
    expect(await customersSeen(bob, "subscription")).toEqual([bob]);
  });

  test("shows nothing at all to who names no project", async () => {
    await asApp(async (client) => {
      for (const { name } of tables()) {
        const { rowCount } = await client.query(`select from farthing.${name}`);
        expect({ name, rowCount }).toEqual({ name, rowCount: 0 });
      }
    });
  });

  test("takes no row for another project", async () => {
    const { sandbox, other } = shop.projectIds;
    for (const { name, columns } of tables()) {
      const values = columns.map((column) => (column === "project_id" ? String(other) : column));
      const insert = `insert into ${name} (${columns.join(", ")}) select ${values.join(", ")} from ${name} limit 1`;

      await expect(inProject(sandbox, insert)).rejects.toThrow(
        `new row violates row-level security policy for table "${name}"`,
      );
    }
  });

  test("lets no row of another project be changed, taken over, given away or deleted", async () => {
    const { sandbox, other } = shop.projectIds;
    const before = await everything();
    for (const { name } of tables()) {
      const attempts = [
        `update ${name} set project_id = ${sandbox} where project_id = ${other}`,
        `update ${name} set project_id = ${other}`,
        `delete from ${name} where project_id = ${other}`,
      ];
      // Refused, or without any effect: both are well.
      for (const sql of attempts) await inProject(sandbox, sql).catch(expectNotAllowed);
    }
    expect(await everything()).toEqual(before);
  });
});

test("partitions are reached through their table alone", async () => {
  const partitions = relations.filter(({ kind }) => kind === "partition");
  expect(partitions.length).toBeGreaterThan(0);
  for (const { name } of partitions) {
    const reading = inProject(shop.projectIds.sandbox, `select from ${name}`);
    await expect(reading).rejects.toMatchObject({ code: "42501" });
  }
});

test("who looks for due work in all projects can change nothing", async () => {
  for (const { name } of tables()) {
    const [seen] = await shop.app.db.acrossProjects((tx) =>
      tx.query<{ count: bigint }>(`select count(distinct project_id) from ${name}`),
    );
    expect({ name, isEverywhere: (seen?.count ?? 0n) > 1n }).toEqual({ name, isEverywhere: true });
    const sql = `update ${name} set project_id = project_id`;
    const change = shop.app.db.acrossProjects((tx) => tx.query(sql));
    await expect(change).rejects.toMatchObject({ code: "42501" });
  }
});

test("a connection keeps no project from one transaction to the next", async () => {
  await inProject(shop.projectIds.sandbox, "select from customer");
  await asApp(async (client) => {
    await client.query(`begin; set local farthing.project_id = '${shop.projectIds.sandbox}'`);
    const inside = await client.query("select from farthing.customer");
    await client.query("commit");
    const outside = await client.query("select from farthing.customer");

    expect(inside.rowCount).toBeGreaterThan(0);
    expect(outside.rowCount).toBe(0);
  });
});

/** Whose rows a query without a `where` finds inside a project. */
async function projectsIn(projectId: number, name: string): Promise<number[]> {
  const rows = await inProject<{ project_id: number }>(projectId, `select project_id from ${name}`);
  return [...new Set(rows.map(({ project_id }) => project_id))];
}

/** A connection of the application's role that has named no project. */
async function asApp(work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({
    connectionString: shop.ownerUrl,
    options: "-c role=farthing_app",
  });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

/** A fingerprint of each table. */
async function everything(): Promise<Record<string, string>> {
  return withAdmin(shop.ownerUrl, async (owner) => {
    const prints: Record<string, string> = {};
    for (const { name } of tables()) {
      const { rows } = await owner.query<{ print: string }>(
        `select md5(string_agg(row::text, ',' order by row::text)) as print from farthing.${name} as row`,
      );
      prints[name] = rows[0]?.print ?? "";
    }
    return prints;
  });
}

const NOT_ALLOWED = "42501";

function expectNotAllowed(error: unknown): void {
  expect((error as { code?: unknown }).code).toBe(NOT_ALLOWED);
}
