import type { Socket } from "node:net";
import pg from "pg";
import { month } from "./ingest-servers.ts";

const ROWS_PER_CHUNK = 500;
const SUBSCRIPTIONS = 1_000;

/**
 * How many rows a second COPY brings through Node into the table of usage events, with its keys. This
 * is the fastest way there is; it counts nothing, looks for nothing and answers nobody.
 */
export async function measureCopy(
  ownerUrl: string,
  { projectId, rows }: { readonly projectId: number; readonly rows: number },
): Promise<number> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    const startedMs = performance.now();
    await copyIn(client, COPY, chunks(projectId, rows));
    return rows / ((performance.now() - startedMs) / 1000);
  } finally {
    await client.end();
  }
}

const COPY = `copy farthing.usage_event
  (customer_id, subscription_id, reference_id, received_month, project_id, metric, quantity,
   occurred_at, received_at, period_start, closings) from stdin`;

function* chunks(projectId: number, rows: number): Generator<string> {
  const now = new Date();
  const [at, first] = [now.toISOString(), month(now)];
  const name = now.getTime().toString(36);
  for (let done = 0; done < rows; done += ROWS_PER_CHUNK) {
    let text = "";
    for (let row = done; row < Math.min(rows, done + ROWS_PER_CHUNK); row += 1) {
      const id = Math.floor(Math.random() * SUBSCRIPTIONS);
      text += `${id}\t${id}\tcopy-${name}-${row}\t${first}\t${projectId}\tpackages\t${(row % 9) + 1}\t`;
      text += `${at}\t${at}\t${first}\t0\n`;
    }
    yield text;
  }
}

/** What the driver's connection offers to a statement that brings its own data. */
interface CopyConnection {
  readonly stream: Socket;
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** Runs a COPY statement on a connection that does nothing else meanwhile. */
function copyIn(client: pg.Client, statement: string, data: Iterable<string>): Promise<void> {
  return new Promise((resolve, reject) => {
    client.query({
      submit: (connection: CopyConnection) => connection.query(statement),
      handleCopyInResponse(connection: CopyConnection) {
        sendAll(connection, data).catch(reject);
      },
      handleCommandComplete: () => {},
      handleReadyForQuery: () => resolve(),
      handleError: reject,
    } as unknown as pg.Submittable);
  });
}

async function sendAll(connection: CopyConnection, data: Iterable<string>): Promise<void> {
  for (const chunk of data) {
    connection.sendCopyFromChunk(Buffer.from(chunk));
    if (!connection.stream.writableNeedDrain) continue;
    await new Promise((resolve) => connection.stream.once("drain", resolve));
  }
  connection.endCopyFrom();
}
