import type { Socket } from "node:net";
import type pg from "pg";

/** What the driver's connection offers to a statement that sends or takes data itself. */
interface CopyConnection {
  readonly stream: Socket;
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  sendCopyFail(message: string): void;
}

const CHUNK_BYTES = 64 * 1024;
const WAITING_MAX = 16;

/** Rows as PostgreSQL sends them: whole ones, some tens of kilobytes together. */
export interface CopiedRows {
  readonly bytes: Buffer;
  readonly rows: number;
}

/**
 * Runs `copy … to stdout` and gives what comes. The server is kept waiting while nobody takes it, so
 * that memory stays flat. Take all of it: the connection is busy until the end.
 */
export async function* copyOut(
  client: pg.ClientBase,
  statement: string,
): AsyncGenerator<CopiedRows> {
  const taken = startCopyOut(client, statement);
  for (;;) {
    const next = await taken.next();
    if (next === null) return;
    yield next;
  }
}

function startCopyOut(client: pg.ClientBase, statement: string) {
  const waiting: CopiedRows[] = [];
  let parts: Buffer[] = [];
  let size = 0;
  let ended: Error | "done" | null = null;
  let stream: Socket | null = null;
  let wake: () => void = () => {};

  function flush(): void {
    if (parts.length > 0) waiting.push({ bytes: Buffer.concat(parts), rows: parts.length });
    parts = [];
    size = 0;
    if (waiting.length >= WAITING_MAX) stream?.pause();
    wake();
  }
  function end(outcome: Error | "done"): void {
    flush();
    ended ??= outcome;
    wake();
  }

  client.query({
    submit(connection: CopyConnection) {
      stream = connection.stream;
      connection.query(statement);
    },
    // One message a row. Its bytes lie in the driver's buffer, which is used again.
    handleCopyData({ chunk }: { readonly chunk: Buffer }) {
      parts.push(Buffer.from(chunk));
      size += chunk.length;
      if (size >= CHUNK_BYTES) flush();
    },
    handleCommandComplete: () => {},
    handleReadyForQuery: () => end("done"),
    handleError: (error: Error) => end(error),
  } as unknown as pg.Submittable);

  return {
    async next(): Promise<CopiedRows | null> {
      while (waiting.length === 0 && ended === null) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const rows = waiting.shift();
      if (waiting.length === 0) stream?.resume();
      if (rows !== undefined) return rows;
      if (ended instanceof Error) throw ended;
      return null;
    },
  };
}

/** Runs `copy … from stdin` with these bytes. */
export function copyIn(
  client: pg.ClientBase,
  statement: string,
  data: AsyncIterable<Buffer>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let failure: Error | null = null;
    let isRefused = false;
    client.query({
      submit: (connection: CopyConnection) => connection.query(statement),
      handleCopyInResponse(connection: CopyConnection) {
        sendAll(connection, data, () => isRefused).catch((error: Error) => {
          failure = error;
          connection.sendCopyFail("the data ended too early");
        });
      },
      handleCommandComplete: () => {},
      handleReadyForQuery: () => (failure === null ? resolve() : reject(failure)),
      // The server answers a broken end with an error of its own; what broke it is the reason.
      handleError(error: Error) {
        isRefused = true;
        reject(failure ?? error);
      },
    } as unknown as pg.Submittable);
  });
}

async function sendAll(
  connection: CopyConnection,
  data: AsyncIterable<Buffer>,
  isRefused: () => boolean,
): Promise<void> {
  for await (const chunk of data) {
    if (isRefused()) return;
    connection.sendCopyFromChunk(chunk);
    if (!connection.stream.writableNeedDrain) continue;
    await new Promise<void>((resolve) => {
      const done = () => {
        connection.stream.off("drain", done).off("close", done);
        resolve();
      };
      connection.stream.once("drain", done).once("close", done);
    });
  }
  connection.endCopyFrom();
}
