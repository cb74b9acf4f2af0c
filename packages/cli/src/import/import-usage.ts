import type { Farthing } from "@farthing/sdk";
import type { UsageBatchWire } from "../wire.ts";
import type { RowGroups } from "./read-rows.ts";
import type { Fault, ReadRow, UsageRow } from "./usage-row.ts";

/** A row that was not recorded, and why. */
export interface Rejected extends Fault {
  readonly line: number;
  /** The row with the reference it was sent under, or as it stands in the file if it was not sent. */
  readonly row: unknown;
}

export interface ImportCounts {
  /** Rows that are settled. */
  readonly rows: number;
  readonly recorded: number;
  /** Recorded by an earlier run, or by this one before its answer was lost. */
  readonly duplicates: number;
  readonly rejected: number;
}

export interface ImportOptions {
  readonly client: Pick<Farthing, "request">;
  readonly rows: RowGroups;
  readonly onRejected: (rejected: Rejected) => Promise<void>;
  readonly onProgress?: (counts: ImportCounts) => void;
  readonly signal?: AbortSignal | undefined;
}

const BATCH_ROWS = 1_000;
/** The server takes 8 MiB at a time, and JSON may be longer than what it was read from. */
const BATCH_BYTES = 2_000_000;
const IN_FLIGHT_MAX = 4;
const TIMEOUT_MS = 120_000;

type Sendable = ReadRow & { readonly event: UsageRow };

/**
 * Records the rows, a thousand at a time and a few such batches at once; reading waits for sending,
 * so memory stays flat. Bad rows are told to `onRejected` and do not hold up the others.
 *
 * Rejects when the server cannot be reached or refuses everything (the client has tried again by
 * then). Importing the same rows once more is safe: what was recorded is found to be a duplicate.
 */
export async function importUsage(options: ImportOptions): Promise<ImportCounts> {
  const { rows, onRejected, onProgress } = options;
  const counts = { rows: 0, recorded: 0, duplicates: 0, rejected: 0 };
  const ending = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, ending.signal]) : ending.signal;

  const reject = async (row: ReadRow, { code, message }: Fault) => {
    counts.rejected += 1;
    const content = "event" in row ? row.event : row.source;
    await onRejected({ line: row.line, code, message, row: content });
  };
  const settle = async (batch: readonly ReadRow[]) => {
    for (const row of batch) if ("fault" in row) await reject(row, row.fault);
    const sendable = batch.filter((row): row is Sendable => "event" in row);
    const results = sendable.length === 0 ? [] : await send(options.client, sendable, signal);
    for (const [index, row] of sendable.entries()) {
      const result = results[index];
      if (result?.status === "recorded") counts.recorded += 1;
      else if (result?.status === "duplicate") counts.duplicates += 1;
      else await reject(row, refusalOf(result));
    }
    counts.rows += batch.length;
    onProgress?.(counts);
  };

  const inFlight = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const fail = (error: unknown) => {
    failures.push(error);
    ending.abort(error);
  };
  try {
    for await (const batch of batchesOf(rows)) {
      signal.throwIfAborted();
      const settling = settle(batch)
        .catch(fail)
        .finally(() => inFlight.delete(settling));
      inFlight.add(settling);
      if (inFlight.size >= IN_FLIGHT_MAX) await Promise.race(inFlight);
    }
  } catch (error) {
    fail(error);
  }
  await Promise.all(inFlight);
  if (failures.length > 0) throw failures[0];
  return counts;
}

async function send(
  client: Pick<Farthing, "request">,
  rows: readonly Sendable[],
  signal: AbortSignal,
): Promise<UsageBatchWire["results"]> {
  const body = rows.map(({ event }) => event);
  const options = { body, signal, timeoutMs: TIMEOUT_MS };
  return (await client.request<UsageBatchWire>("POST", "/v1/usage", options)).results;
}

function refusalOf(result: UsageBatchWire["results"][number] | undefined): Fault {
  const { code = "answer_unreadable", message = "The server gave no answer for this row." } =
    result ?? {};
  // The pointer begins with the event's place in its batch, which says nothing to the reader.
  const field = result?.path?.replace(/^\/\d+/, "") ?? "";
  return { code, message: field === "" ? message : `${field} ${message}` };
}

/** Cuts what reading brings into batches of a size that a request may have. */
async function* batchesOf(groups: RowGroups): AsyncGenerator<ReadRow[], void, undefined> {
  let batch: ReadRow[] = [];
  let bytes = 0;
  for await (const group of groups) {
    for (const row of group) {
      if (batch.length >= BATCH_ROWS || (bytes + row.byteCount > BATCH_BYTES && bytes > 0)) {
        yield batch;
        batch = [];
        bytes = 0;
      }
      batch.push(row);
      bytes += row.byteCount;
    }
  }
  if (batch.length > 0) yield batch;
}
