import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { CommandFailure, systemCode } from "../../failure.ts";
import { readLines } from "../../import/read-lines.ts";
import { type Flight, flightFrom } from "./flight-row.ts";
import { type Month, monthOf } from "./month.ts";

/** A file of flights, looked through once. */
export interface FlightFile {
  readonly path: string;
  readonly flightCount: number;
  /** The airports, in alphabetical order. */
  readonly origins: readonly string[];
  /** The first month and the last one with a flight. */
  readonly firstMonth: Month;
  readonly lastMonth: Month;
  /** How many flights a month has. */
  countOf(month: Month): number;
  /** The flights of one month, in the order of the file, in groups as they are read. */
  flightsOf(month: Month): AsyncIterable<readonly Flight[]>;
}

/** Where in the file a month's flights stand; those of others may stand between them. */
interface Stretch {
  readonly startByte: number;
  endByte: number;
  readonly firstRow: number;
  flightCount: number;
}

const CHUNK_BYTES = 256 * 1024;

/** Told how far reading has got: a share between 0 and 1, and how many rows. */
export type OnRead = (share: number, rows: number) => void;

/**
 * Looks through a file of flights: JSON lines, of any length, or one JSON array that fits in memory.
 * A later pass over a month reads only the stretch of the file in which that month occurs.
 */
export async function openFlightFile(path: string, onRead: OnRead): Promise<FlightFile> {
  try {
    return path.endsWith(".json") ? await openArray(path) : await openLines(path, onRead);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
    throw new CommandFailure(
      `There is no file ${path}`,
      "Say with --flights where a file of flights is.",
    );
  }
}

async function openLines(path: string, onRead: OnRead): Promise<FlightFile> {
  const { size } = await stat(path);
  const stretches = new Map<Month, Stretch>();
  const origins = new Set<string>();
  let byte = 0;
  let flightCount = 0;
  for await (const lines of readLines(createReadStream(path, { highWaterMark: CHUNK_BYTES }))) {
    for (const { number, text, byteCount } of lines) {
      const startByte = byte;
      byte += byteCount;
      if (text === "") continue;
      const { origin, atMs } = flightOfLine(text, number);
      flightCount += 1;
      origins.add(origin);
      const month = monthOf(atMs);
      const begun = { startByte, endByte: byte, firstRow: number, flightCount: 0 };
      const stretch = stretches.get(month) ?? begun;
      stretches.set(month, stretch);
      stretch.endByte = byte;
      stretch.flightCount += 1;
    }
    onRead(byte / size, flightCount);
  }
  return {
    ...summary(path, flightCount, origins, [...stretches.keys()]),
    countOf: (month) => stretches.get(month)?.flightCount ?? 0,
    flightsOf: (month) => readStretch(path, month, stretches.get(month)),
  };
}

async function* readStretch(
  path: string,
  month: Month,
  stretch: Stretch | undefined,
): AsyncGenerator<readonly Flight[], void, undefined> {
  if (stretch === undefined) return;
  const { startByte, endByte, firstRow } = stretch;
  const chunks = createReadStream(path, {
    start: startByte,
    end: endByte - 1,
    highWaterMark: CHUNK_BYTES,
  });
  for await (const lines of readLines(chunks, firstRow)) {
    yield lines
      .filter(({ text }) => text !== "")
      .map(({ text, number }) => flightOfLine(text, number))
      .filter(({ atMs }) => monthOf(atMs) === month);
  }
}

function flightOfLine(text: string, row: number): Flight {
  let value: unknown = text;
  try {
    value = JSON.parse(text);
  } catch {
    // Text that is no JSON is no flight either, and is refused as such.
  }
  return flightFrom(value, row);
}

async function openArray(path: string): Promise<FlightFile> {
  const rows: unknown = JSON.parse(await readFile(path, "utf8"));
  if (!Array.isArray(rows)) throw new CommandFailure(`${path} holds no JSON array of flights.`);
  const byMonth = new Map<Month, Flight[]>();
  const origins = new Set<string>();
  for (const [index, row] of rows.entries()) {
    const flight = flightFrom(row, index + 1);
    origins.add(flight.origin);
    const month = monthOf(flight.atMs);
    const flights = byMonth.get(month);
    if (flights === undefined) byMonth.set(month, [flight]);
    else flights.push(flight);
  }
  return {
    ...summary(path, rows.length, origins, [...byMonth.keys()]),
    countOf: (month) => byMonth.get(month)?.length ?? 0,
    async *flightsOf(month) {
      yield byMonth.get(month) ?? [];
    },
  };
}

function summary(
  path: string,
  flightCount: number,
  origins: ReadonlySet<string>,
  months: readonly Month[],
) {
  const sorted = months.toSorted();
  const [firstMonth] = sorted;
  const lastMonth = sorted.at(-1);
  if (firstMonth === undefined || lastMonth === undefined) {
    throw new CommandFailure(`${path} holds no flights.`);
  }
  return { path, flightCount, origins: [...origins].toSorted(), firstMonth, lastMonth };
}
