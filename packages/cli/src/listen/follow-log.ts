import type Farthing from "@farthing/sdk";
import { FarthingConnectionError, FarthingError } from "@farthing/sdk";

/** An event of the log, with the message that an endpoint of the dialect asked for is sent. */
export interface LoggedEventWire {
  readonly id: string;
  readonly type: string;
  readonly number: number;
  readonly message: { readonly type: string; readonly body: string } | null;
}

interface LogPageWire {
  readonly data: readonly LoggedEventWire[];
  readonly read_to: number;
  readonly last_number: number;
  readonly has_more: boolean;
}

export interface Following {
  readonly client: Farthing;
  readonly dialect: string;
  /** Separated by commas; every type if not given. */
  readonly types?: string | undefined;
  readonly signal: AbortSignal;
  /** Waits before the next look; resolves early when the signal is aborted. */
  readonly wait: (delayMs: number, signal: AbortSignal) => Promise<void>;
  /** Told once when the server is away, and once when it is back. */
  readonly onConnection: (state: "lost" | "back") => void;
}

const LOOK_EVERY_MS = 1_000;
const PAGE_SIZE = 100;

/** The number of the newest event: whoever follows from there is told what happens from now on. */
export async function newestNumber({ client, signal }: Following): Promise<number> {
  const query = { limit: 1 };
  const page = await client.request<LogPageWire>("GET", "/v1/events", { query, signal });
  return page.last_number;
}

/**
 * Every event after a number, in order and without a gap, for as long as the signal lets it. A server
 * that is away is waited for; one that refuses (a wrong token, an unknown type) ends it.
 */
export async function* followLog(
  following: Following,
  afterNumber: number,
): AsyncGenerator<LoggedEventWire> {
  const { signal, wait, onConnection } = following;
  let after = afterNumber;
  let isAway = false;
  while (!signal.aborted) {
    const page = await pageAfter(following, after);
    if ((page === null) !== isAway) onConnection(isAway ? "back" : "lost");
    isAway = page === null;
    if (page !== null) {
      yield* page.data;
      after = page.read_to;
    }
    if (page?.has_more !== true) await wait(LOOK_EVERY_MS, signal);
  }
}

/** Null when nobody answers, or the server has a moment's trouble. */
async function pageAfter(
  { client, dialect, types, signal }: Following,
  after: number,
): Promise<LogPageWire | null> {
  const query = { after, limit: PAGE_SIZE, dialect, ...(types === undefined ? {} : { types }) };
  try {
    return await client.request<LogPageWire>("GET", "/v1/events", { query, signal });
  } catch (error) {
    signal.throwIfAborted();
    const isPassing =
      error instanceof FarthingConnectionError ||
      (error instanceof FarthingError && (error.status >= 500 || error.status === 429));
    if (isPassing) return null;
    throw error;
  }
}
