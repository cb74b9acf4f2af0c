import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { verifyProject } from "#modules/verification/index.ts";
import { createTestApp, type Json, type TestApp } from "#test/support/app.ts";
import {
  METERS,
  naiveMinor,
  naiveThousandths,
  type SentEvent,
  thousandths,
} from "#test/support/meters/naive-meters.ts";
import { type Customer, type Membership, type Story, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
let plan: string;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
  plan = await story.publish(
    METERS.map(({ unit_price, ...measured }) => {
      const model = { type: "per_unit", unit_price };
      return { kind: "usage", name: measured.meter, metric: "calls", ...measured, model };
    }),
  );
});
afterAll(() => shop.stop());

/** When the customer looks at its watch: events are sent then, and periods have been billed by then. */
const STOPS = ["2026-01-31", "2026-02-28", "2026-03-31", "2026-03-31T01:00"];

interface Drawn {
  readonly event: Omit<SentEvent, "reference_id" | "occurred_at">;
  /** Which month it occurred in, on which of a few days, and how many stops later it arrives. */
  readonly month: number;
  readonly day: number;
  readonly delay: number;
  readonly isRepeated: boolean;
  /** Decides the order and the batches in which what is sent at one stop arrives. */
  readonly place: number;
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  event: fc.record({
    quantity: fc.constantFrom("1", "2.5", "7", "0.125", "-1", "-2.5"),
    properties: fc.record(
      {
        region: fc.constantFrom("eu", "uk", "us"),
        user: fc.constantFrom("ada", "bob", 7),
        tier: fc.constantFrom(1, "2"),
      },
      { requiredKeys: [] },
    ),
  }),
  month: fc.integer({ min: 0, max: 2 }),
  day: fc.integer({ min: 1, max: 4 }),
  delay: fc.integer({ min: 0, max: 2 }),
  isRepeated: fc.boolean(),
  place: fc.nat({ max: 1000 }),
});

test("late, repeated and corrected in any order, every meter bills what it shows of all its events", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(drawn, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 9 }),
      async (list, batchSize) => {
        const events = list.map(({ event, month, day }, index) => ({
          ...event,
          reference_id: `r${index}`,
          occurred_at: `2026-0${month + 1}-0${day}T00:00:00.000Z`,
        }));
        const ada = await story.welcome({ clock: "2026-01-01" });
        const subscription = await ada.subscribes(plan);
        for (const [stop, instant] of STOPS.entries()) {
          await ada.livesUntil(instant);
          if (stop === 3) await subscription.cancels("now");
          await send(subscription, arrivals(list, events, stop), batchSize);
          if (stop === 2) await expectUsage(subscription, list, events);
          await expectVerified();
        }
        await ada.livesUntil("2026-04-02");
        await expectBills(ada, events);
        await expectVerified();
      },
    ),
    { numRuns: 6 },
  );
});

/** What arrives at a stop: what is due there, and again what is repeated at any later one. */
function arrivals(list: readonly Drawn[], events: readonly SentEvent[], stop: number) {
  return list
    .flatMap(({ month, delay, isRepeated, place }, index) => {
      const due = Math.min(month + delay, STOPS.length - 1);
      const copies = stop === due ? (isRepeated ? 2 : 1) : stop > due && isRepeated ? 1 : 0;
      return Array.from({ length: copies }, (_, copy) => ({
        event: events[index],
        rank: (place * 7919 + copy * 104_729 + stop * 31) % 1009,
      }));
    })
    .toSorted((one, other) => one.rank - other.rank)
    .map(({ event }) => event);
}

async function send(subscription: Membership, events: readonly unknown[], batchSize: number) {
  for (let from = 0; from < events.length; from += batchSize) {
    const { body } = await shop.call("POST", "/v1/usage", {
      body: events
        .slice(from, from + batchSize)
        .map((event) => ({ subscription: subscription.id, metric: "calls", ...(event as object) })),
    });
    expect(body).toMatchObject({ refused: 0 });
  }
}

/** At the third stop March is running, and shows what of it has arrived. */
async function expectUsage(
  { id }: Membership,
  list: readonly Drawn[],
  events: readonly SentEvent[],
): Promise<void> {
  const here = events.filter((_, index) => list[index]?.month === 2 && list[index].delay === 0);
  const { body } = await shop.call("GET", `/v1/subscriptions/${id}/usage`);
  const shown = new Map<string, bigint>(
    body.metrics.map(({ meter, quantity }: Json) => [meter, thousandths(quantity)]),
  );
  for (const meter of METERS) {
    expect([meter.meter, shown.get(meter.meter) ?? 0n]).toEqual([
      meter.meter,
      naiveThousandths(meter, here),
    ]);
  }
}

async function expectVerified(): Promise<void> {
  const { breaches } = await verifyProject(shop.app.db, shop.projectIds.sandbox);
  expect(breaches).toEqual([]);
}

async function expectBills(ada: Customer, events: readonly SentEvent[]): Promise<void> {
  const { body } = await shop.call("GET", `/v1/invoices?customer=${ada.id}&limit=100`);
  const lines: Json[] = body.data.flatMap((invoice: Json) =>
    invoice.lines.map((line: Json) => ({ ...line, invoice: invoice.id })),
  );
  for (const period of ["2026-01", "2026-02", "2026-03"]) {
    for (const meter of METERS) {
      const measured = naiveThousandths(
        meter,
        events.filter(({ occurred_at }) => occurred_at.startsWith(period)),
      );
      const billed = lines.filter(
        (line) => line.description === meter.meter && line.period_start.startsWith(period),
      );
      const sum = (of: (line: Json) => bigint) =>
        billed.reduce((total, one) => total + of(one), 0n);
      expect({
        meter: `${period} ${meter.meter}`,
        quantity: sum(({ quantity }) => thousandths(quantity)),
        minor: sum(({ amount }) => thousandths(amount) / 10n),
      }).toEqual({
        meter: `${period} ${meter.meter}`,
        quantity: measured,
        minor: naiveMinor(measured, meter.unit_price),
      });
    }
  }
  for (const { invoice, line } of lines) {
    const explained = await shop.call("GET", `/v1/invoices/${invoice}/lines/${line}/explain`);
    expect(explained.body).toMatchObject({ holds: true });
  }
}
