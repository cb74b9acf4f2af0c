import type { Farthing } from "@farthing/sdk";
import { type Address, clientFor } from "../../connection.ts";
import { CommandFailure } from "../../failure.ts";
import { type ImportCounts, importUsage } from "../../import/import-usage.ts";
import { type Progress, startProgress } from "../../terminal/progress.ts";
import { expectFigure } from "../expect.ts";
import { chargesByCustomer } from "../rail-journal.ts";
import { type Airport, advanceAirports, enrolAirports, invoicesOfAirports } from "./airports.ts";
import { compareTotals, type FlightTotals } from "./compare.ts";
import { flightEvents } from "./flight-events.ts";
import { type FlightFile, openFlightFile } from "./flight-file.ts";
import { type Month, monthAfter, monthStartMs, monthsBetween } from "./month.ts";
import { recountOwed } from "./recount.ts";

export interface FlightStory extends FlightTotals {
  readonly flights: number;
  readonly events: number;
  readonly subscriptions: number;
  readonly seconds: number;
}

const RETRY = { attemptCountMax: 9 };

/**
 * Bills a file of real flights: each airport is a customer on a test clock of its own. Month by month
 * the clocks go to the month's last second, its flights are imported, and the clocks go over its
 * end; what was billed and charged is then held against a recount of the file. Throws at the first
 * figure that differs.
 */
export async function playFlights(
  address: Address,
  path: string,
  signal: AbortSignal,
): Promise<FlightStory> {
  const startedMs = performance.now();
  const client = clientFor(address, { retry: RETRY });
  const file = await lookThrough(path, signal);
  const airports = await enrol(client, file, signal);
  const events = await importMonths(client, file, airports, signal);
  const owed = await recountOwed(path);
  const invoices = await invoicesOfAirports(client, airports, signal);
  const totals = compareTotals(invoices, owed, await chargesByCustomer(address.url));
  expectFigure("The total of all invoices in cents", totals.totalMinor, totals.checkMinor);
  return {
    ...totals,
    flights: file.flightCount,
    events,
    subscriptions: airports.length,
    seconds: (performance.now() - startedMs) / 1000,
  };
}

async function lookThrough(path: string, signal: AbortSignal): Promise<FlightFile> {
  return withBar("looking through the flights", "flights", (bar) =>
    openFlightFile(path, (share, count) => {
      signal.throwIfAborted();
      bar.update({ share, count });
    }),
  );
}

async function enrol(
  client: Farthing,
  { origins, firstMonth }: FlightFile,
  signal: AbortSignal,
): Promise<Airport[]> {
  return withBar("enrolling airports", "airports", (bar) =>
    enrolAirports(client, origins, monthStartMs(firstMonth), {
      signal,
      onDone: (count) => bar.update({ share: count / origins.length, count }),
    }),
  );
}

/** Answers how many events were recorded. */
async function importMonths(
  client: Farthing,
  file: FlightFile,
  airports: readonly Airport[],
  signal: AbortSignal,
): Promise<number> {
  const { firstMonth, lastMonth } = file;
  const advance = (toMs: number, month: Month) =>
    withBar(`${month}: moving the clocks`, "airports", (bar) =>
      advanceAirports(client, airports, toMs, {
        signal,
        onDone: (count) => bar.update({ share: count / airports.length, count }),
      }),
    );
  let events = 0;
  for (const month of monthsBetween(firstMonth, lastMonth)) {
    // An event may not lie ahead of its customer, and one that comes late is another invoice's.
    await advance(monthStartMs(monthAfter(month)) - 1000, month);
    const counts = await importMonth(client, file, airports, { month, signal });
    // A duplicate is an event whose answer got lost: it was recorded before it was sent again.
    events += counts.recorded + counts.duplicates;
  }
  await advance(monthStartMs(monthAfter(lastMonth)) + 1000, lastMonth);
  return events;
}

interface MonthImport {
  readonly month: Month;
  readonly signal: AbortSignal;
}

async function importMonth(
  client: Farthing,
  file: FlightFile,
  airports: readonly Airport[],
  { month, signal }: MonthImport,
): Promise<ImportCounts> {
  const subscriptions = new Map(airports.map((airport) => [airport.origin, airport.subscription]));
  const eventCount = file.countOf(month) * 2;
  return withBar(`${month}: importing`, "events", (bar) =>
    importUsage({
      client,
      signal,
      rows: flightEvents(file.flightsOf(month), subscriptions),
      onProgress: ({ rows }) => bar.update({ count: rows, share: rows / eventCount }),
      async onRejected({ line, code, message }) {
        throw new CommandFailure(`Flight ${line} was refused: ${code}: ${message}`);
      },
    }),
  );
}

/** Shows how far work has got, and takes the bar away however it ends. */
async function withBar<T>(label: string, unit: string, work: (bar: Progress) => Promise<T>) {
  const bar = startProgress({ label, unit, stream: process.stderr });
  try {
    return await work(bar);
  } finally {
    bar.finish();
  }
}
