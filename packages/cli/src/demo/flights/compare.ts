import type { InvoiceWire } from "../../wire.ts";
import { expectFigure } from "../expect.ts";
import type { JournaledCharge } from "../rail-journal.ts";
import type { Airport } from "./airports.ts";
import type { Month } from "./month.ts";
import type { OwedCents } from "./recount.ts";

export interface MonthTotal {
  readonly month: Month;
  readonly invoices: number;
  /** In cents. */
  readonly totalMinor: bigint;
}

export interface FlightTotals {
  readonly invoices: number;
  /** What the invoices say, in cents. */
  readonly totalMinor: bigint;
  /** What the recount says, in cents. */
  readonly checkMinor: bigint;
  readonly months: readonly MonthTotal[];
}

/**
 * Compares every airport's invoice of every month with the recount, to the cent, then the charges in
 * the rail's journal with the invoices. Throws at the first one that differs.
 */
export function compareTotals(
  invoices: ReadonlyMap<Airport, readonly InvoiceWire[]>,
  owed: OwedCents,
  charges: ReadonlyMap<string, readonly JournaledCharge[]>,
): FlightTotals {
  const billed = new Map<string, bigint>();
  const months = new Map<Month, MonthTotal>();
  for (const [{ origin }, ofAirport] of invoices) {
    for (const invoice of ofAirport) {
      const month = invoice.period_start.slice(0, 7);
      const key = `${origin} ${month}`;
      expectFigure(`The invoices of ${key}`, billed.has(key) ? 2 : 1, 1);
      expectFigure(`The status of ${key}`, invoice.status, "paid");
      billed.set(key, minorOf(invoice.total));
      addTo(months, month, minorOf(invoice.total));
    }
  }
  for (const key of new Set([...owed.keys(), ...billed.keys()])) {
    expectFigure(`The bill of ${key} in cents`, billed.get(key) ?? 0n, owed.get(key) ?? 0n);
  }
  for (const [airport, ofAirport] of invoices) {
    expectCharged(airport, ofAirport, charges.get(airport.customer) ?? []);
  }
  return {
    invoices: billed.size,
    totalMinor: sum(billed.values()),
    checkMinor: sum(owed.values()),
    months: [...months.values()].toSorted((one, other) => (one.month < other.month ? -1 : 1)),
  };
}

/** One charge that succeeded for each invoice, of its amount, and no other. */
function expectCharged(
  { origin }: Airport,
  invoices: readonly InvoiceWire[],
  charges: readonly JournaledCharge[],
): void {
  const wanted = invoices.map(({ total }) => `succeeded ${minorOf(total)}`);
  const made = charges.map(({ status, amount }) => `${status} ${amount}`);
  expectFigure(
    `The charges of ${origin}`,
    made.toSorted().join(", "),
    wanted.toSorted().join(", "),
  );
}

function addTo(months: Map<Month, MonthTotal>, month: Month, amountMinor: bigint): void {
  const { invoices, totalMinor } = months.get(month) ?? { invoices: 0, totalMinor: 0n };
  months.set(month, { month, invoices: invoices + 1, totalMinor: totalMinor + amountMinor });
}

/** `123.45` as 12345n: US dollars have two decimals. */
function minorOf(total: string): bigint {
  return BigInt(total.replace(".", ""));
}

function sum(amounts: Iterable<bigint>): bigint {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return total;
}
