import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { present } from "#kernel/assert.ts";
import { DAY_MS, HOUR_MS } from "#kernel/clock.ts";
import { parseOwnedId } from "#kernel/ids.ts";
import type { UsageEvent, UsageOutcome } from "#modules/metering/domain/index.ts";
import {
  type MeteringDatabase,
  NOW_MS,
  OTHER_PROJECT,
  openMeteringDatabase,
  PROJECT,
  usageEvent,
} from "#test/support/metering-database.ts";
import type { SubscriptionFixture } from "#test/support/metering-fixtures.ts";
import type { UsageRecorder } from "./recorder.ts";

const RECORDED = { status: "recorded" };
const DUPLICATE = { status: "duplicate" };
const refused = (code: string, details?: object) => ({
  status: "refused",
  code,
  ...(details && { details }),
});

let database: MeteringDatabase;
let recorder: UsageRecorder;

beforeAll(async () => {
  database = await openMeteringDatabase();
  recorder = database.recorder();
});

afterAll(() => database.close());

async function subscription(
  changes: Partial<SubscriptionFixture> = {},
  projectId = PROJECT,
): Promise<string> {
  const [id] = await database.fixtures.subscriptions(projectId, [changes]);
  return id ?? "";
}

/** Records packages of one subscription, named by their references. */
function record(
  id: string,
  events: readonly Partial<UsageEvent>[],
): Promise<readonly UsageOutcome[]> {
  return recorder.record(
    PROJECT,
    events.map((changes) => usageEvent({ subscription: id, ...changes })),
  );
}

/** What is counted of a subscription, by metric and period. */
async function counted(id: string): Promise<string[]> {
  const rows = await database.fixtures.query<{ line: string }>(
    `select concat_ws(' ', metric, to_char(period_start, 'YYYY-MM-DD'), trim_scale(quantity),
                      event_count) as line
       from usage_counter where subscription_id = $1 order by metric, period_start`,
    [ownId(id)],
  );
  return rows.map(({ line }) => line);
}

async function stored(id: string): Promise<string[]> {
  const rows = await database.fixtures.query<{ line: string }>(
    `select concat_ws(' ', reference_id, trim_scale(quantity), closings) as line
       from usage_event where subscription_id = $1 order by received_month, reference_id`,
    [ownId(id)],
  );
  return rows.map(({ line }) => line);
}

function ownId(id: string): bigint {
  return present(parseOwnedId("subscription", id), "fixtures have proper ids").id;
}

describe("recording", () => {
  test("stores an event and counts it in its period", async () => {
    const id = await subscription();
    expect(
      await record(id, [
        { referenceId: "a", quantity: "2.5", properties: { region: "eu" } },
        { referenceId: "b", quantity: "-1" },
        { referenceId: "c", metric: "returns", occurredAtMs: NOW_MS - HOUR_MS },
      ]),
    ).toEqual([RECORDED, RECORDED, RECORDED]);
    expect(await counted(id)).toEqual(["packages 2026-11-01 1.5 2", "returns 2026-11-01 1 1"]);
    expect(await stored(id)).toEqual(["a 2.5 0", "b -1 0", "c 1 0"]);
  });

  test("counts a reference once, however often and wherever it comes", async () => {
    const id = await subscription();
    expect(await record(id, [{ referenceId: "a" }, { referenceId: "a" }])).toEqual([
      RECORDED,
      DUPLICATE,
    ]);
    expect(await record(id, [{ referenceId: "b" }, { referenceId: "a" }])).toEqual([
      RECORDED,
      DUPLICATE,
    ]);
    expect(await counted(id)).toEqual(["packages 2026-11-01 2 2"]);
  });

  test("reports the same reference with another content for that event alone", async () => {
    const id = await subscription();
    await record(id, [{ referenceId: "a", properties: { region: "eu" } }]);
    expect(
      await record(id, [
        { referenceId: "b" },
        { referenceId: "a", properties: { region: "eu" }, quantity: "2" },
        { referenceId: "a", properties: { region: "eu" }, quantity: "1.0" },
        { referenceId: "c", metric: "nothing" },
      ]),
    ).toEqual([
      RECORDED,
      refused("usage_reference_reused"),
      DUPLICATE,
      refused("usage_metric_unknown", { metrics: ["packages", "returns"] }),
    ]);
    expect(await counted(id)).toEqual(["packages 2026-11-01 2 2"]);
  });

  test("keeps references of different subscriptions apart", async () => {
    const [one, other] = [await subscription(), await subscription()];
    expect(await record(one, [{ referenceId: "a" }])).toEqual([RECORDED]);
    expect(await record(other, [{ referenceId: "a" }])).toEqual([RECORDED]);
  });

  test("of two servers that get the same events at once, exactly one records each", async () => {
    const ids = await Promise.all([subscription(), subscription(), subscription()]);
    const events = Array.from({ length: 600 }, (_, index) =>
      usageEvent({ subscription: ids[index % 3] ?? null, referenceId: `r${index}` }),
    );
    const servers = [recorder, database.recorder()];
    const outcomes = await Promise.all(
      servers.flatMap((server, number) =>
        [0, 1, 2, 3].map((piece) =>
          server.record(
            PROJECT,
            // Each server takes the pieces in another order.
            events.filter((_, index) => index % 4 === (number === 0 ? piece : 3 - piece)),
          ),
        ),
      ),
    );
    const statuses = outcomes.flat().map(({ status }) => status);
    expect(statuses.filter((status) => status === "recorded")).toHaveLength(600);
    expect(statuses.filter((status) => status === "duplicate")).toHaveLength(600);
    for (const id of ids) expect(await counted(id)).toEqual(["packages 2026-11-01 200 200"]);
  });

  test("a row that the database cannot hold fails alone", async () => {
    const id = await subscription();
    const events = Array.from({ length: 9 }, (_, index) => ({
      referenceId: index === 5 ? "no\0good" : `r${index}`,
    }));
    const outcomes = await record(id, events);
    expect(outcomes.map(({ status }) => status)).toEqual(
      events.map((_, index) => (index === 5 ? "refused" : "recorded")),
    );
    expect(outcomes[5]).toEqual(refused("body_invalid"));
    expect(await counted(id)).toEqual(["packages 2026-11-01 8 8"]);
  });

  test("refuses what is too much to wait, and takes it later", async () => {
    const id = await subscription();
    const small = database.recorder({ waitingMax: 10 });
    const events = (name: string) =>
      Array.from({ length: 8 }, (_, index) =>
        usageEvent({ subscription: id, referenceId: `${name}${index}` }),
      );
    const first = small.record(PROJECT, events("a"));
    await expect(small.record(PROJECT, events("b"))).rejects.toMatchObject({
      code: "server_busy",
      details: { retryAfterSeconds: 1 },
    });
    await first;
    expect(await small.record(PROJECT, events("b"))).toHaveLength(8);
    expect(await counted(id)).toEqual(["packages 2026-11-01 16 16"]);
  });
});

describe("which subscription", () => {
  test("must be one of the project", async () => {
    const foreign = await subscription({}, OTHER_PROJECT);
    expect(await record(foreign, [{}])).toEqual([refused("subscription_not_found")]);
    expect(await record("sub_nonsense", [{}])).toEqual([refused("subscription_not_found")]);
    expect(await stored(foreign)).toEqual([]);
  });

  test("may be found by its customer, by either name, within the project only", async () => {
    const externalId = 'shop "42"';
    const id = await subscription({ externalId });
    const customer = `cus_${id.slice(4, 17)}`;
    const named = (name: string) => ({ subscription: null, customer: name });
    expect(
      await recorder.record(PROJECT, [
        usageEvent({ ...named(externalId), referenceId: "a" }),
        usageEvent({ ...named(customer), referenceId: "b" }),
        usageEvent({ ...named(customer), referenceId: "a" }),
        usageEvent({ ...named("nobody"), referenceId: "a" }),
      ]),
    ).toEqual([RECORDED, RECORDED, DUPLICATE, refused("customer_not_found")]);
    expect(await recorder.record(OTHER_PROJECT, [usageEvent(named(externalId))])).toEqual([
      refused("customer_not_found"),
    ]);
    expect(await recorder.record(OTHER_PROJECT, [usageEvent(named(customer))])).toEqual([
      refused("customer_not_found"),
    ]);
    expect(await counted(id)).toEqual(["packages 2026-11-01 2 2"]);
  });

  test("is taken for a day after its end, and not longer", async () => {
    const recent = await subscription({ status: "canceled", endedAtMs: NOW_MS - HOUR_MS });
    const old = await subscription({ status: "canceled", endedAtMs: NOW_MS - DAY_MS });
    const before = { occurredAtMs: NOW_MS - 2 * DAY_MS };
    expect(await record(recent, [before])).toEqual([RECORDED]);
    expect(await record(old, [before])).toEqual([refused("subscription_closed")]);
  });

  test("is known in this process as soon as it is told of a change", async () => {
    const id = await subscription();
    const remembering = database.recorder({ factsAgeMaxMs: 3_600_000 });
    const send = (referenceId: string) =>
      remembering.record(PROJECT, [usageEvent({ subscription: id, referenceId })]);
    expect(await send("a")).toEqual([RECORDED]);
    const [row] = await database.fixtures.query<{ customer_id: string }>(
      `update subscription set status = 'canceled', ended_at = to_timestamp($2::float8 / 1000)
        where id = $1 returning customer_id`,
      [ownId(id), NOW_MS - 2 * DAY_MS],
    );
    expect(await send("b")).toEqual([RECORDED]);
    remembering.forget(PROJECT, BigInt(row?.customer_id ?? 0));
    expect(await send("c")).toEqual([refused("subscription_closed")]);
  });
});

describe("a period that has been billed", () => {
  async function bill(id: string): Promise<void> {
    await database.fixtures.query(
      `update usage_counter set billed_quantity = quantity, closings = closings + 1
        where subscription_id = $1`,
      [ownId(id)],
    );
  }

  test("marks what comes late with the number of its closings", async () => {
    const id = await subscription();
    const lastMonth = NOW_MS - 25 * DAY_MS;
    await record(id, [{ referenceId: "a", occurredAtMs: lastMonth }, { referenceId: "b" }]);
    await bill(id);
    await record(id, [{ referenceId: "c", occurredAtMs: lastMonth }]);
    await bill(id);
    await record(id, [{ referenceId: "d", occurredAtMs: lastMonth }]);
    expect(await stored(id)).toEqual(["a 1 0", "b 1 0", "c 1 1", "d 1 2"]);
    expect(await counted(id)).toEqual(["packages 2026-10-01 3 3", "packages 2026-11-01 1 1"]);
  });

  test("is noticed also when it was billed behind the recorder's back", async () => {
    const id = await subscription();
    const other = await subscription();
    await record(id, [{ referenceId: "a" }]);
    await bill(id);
    const outcomes = await recorder.record(PROJECT, [
      usageEvent({ subscription: id, referenceId: "b" }),
      usageEvent({ subscription: other, referenceId: "b" }),
      usageEvent({ subscription: id, referenceId: "a" }),
    ]);
    expect(outcomes).toEqual([RECORDED, RECORDED, DUPLICATE]);
    expect(await stored(id)).toEqual(["a 1 0", "b 1 1"]);
    expect(await stored(other)).toEqual(["b 1 0"]);
    expect(await counted(id)).toEqual(["packages 2026-11-01 2 2"]);
  });
});

describe("receipt months", () => {
  test("a reference counts once over the turn of a month, and is forgotten after the next", async () => {
    const id = await subscription({ testClockAtMs: null });
    const start = Date.parse("2026-11-30T23:59:59.900Z");
    const send = async (at: number) => {
      database.clock.moveTo(at);
      return record(id, [{ referenceId: "a" }]);
    };
    try {
      expect(await send(start)).toEqual([RECORDED]);
      expect(await send(start + 200)).toEqual([DUPLICATE]);
      expect(await send(Date.parse("2026-12-31T12:00:00.000Z"))).toEqual([DUPLICATE]);
      expect(await send(Date.parse("2027-01-01T12:00:00.000Z"))).toEqual([RECORDED]);
      expect(await record(id, [{ referenceId: "a", occurredAtMs: start }])).toEqual([
        refused("usage_too_late"),
      ]);
    } finally {
      database.clock.moveTo(NOW_MS);
    }
  });

  test("two servers that disagree about the month count a reference once", async () => {
    const id = await subscription();
    const turnMs = Date.parse("2026-12-01T00:00:00.000Z");
    const servers = [
      database.recorder({ clock: { now: () => turnMs - 100 } }),
      database.recorder({ clock: { now: () => turnMs + 100 } }),
    ];
    const events = Array.from({ length: 50 }, (_, index) =>
      usageEvent({ subscription: id, referenceId: `r${index}` }),
    );
    const outcomes = await Promise.all(servers.map((server) => server.record(PROJECT, events)));
    const recorded = outcomes.flat().filter(({ status }) => status === "recorded");
    expect(recorded).toHaveLength(50);
    expect(await stored(id)).toHaveLength(50);
  });
});

describe("a customer on a test clock", () => {
  test("lives by it, and its references are looked for in every month", async () => {
    const clockMs = Date.parse("2001-03-15T00:00:00.000Z");
    const id = await subscription({
      anchorMs: Date.parse("2001-01-01T00:00:00.000Z"),
      periodIndex: 2,
      testClockAtMs: clockMs,
    });
    expect(
      await record(id, [
        { referenceId: "a" },
        { referenceId: "b", occurredAtMs: Date.parse("2001-01-20T00:00:00.000Z") },
        { referenceId: "c", occurredAtMs: clockMs + HOUR_MS },
      ]),
    ).toEqual([
      RECORDED,
      RECORDED,
      refused("usage_too_early", { until: "2001-03-15T00:05:00.000Z" }),
    ]);
    expect(await counted(id)).toEqual(["packages 2001-01-01 1 1", "packages 2001-03-01 1 1"]);

    const [row] = await database.fixtures.query<{ at: Date }>(
      "select received_at as at from usage_event where subscription_id = $1 limit 1",
      [ownId(id)],
    );
    expect(row?.at.getTime()).toBe(clockMs);

    database.clock.moveTo(Date.parse("2027-01-20T00:00:00.000Z"));
    try {
      const later = { referenceId: "a", occurredAtMs: clockMs };
      expect(await record(id, [later])).toEqual([DUPLICATE]);
    } finally {
      database.clock.moveTo(NOW_MS);
    }
  });
});
