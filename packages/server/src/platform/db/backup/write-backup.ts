import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import pg from "pg";
import { BackupFault } from "./backup-fault.ts";
import { columnList, listTables, quoted } from "./catalog.ts";
import { copyOut } from "./copy.ts";
import {
  type BackupHeader,
  FORMAT,
  type FrameType,
  frameBytes,
  type TableShape,
} from "./format.ts";

export interface BackupPlan {
  /** A user who owns the schema, since row-level security hides rows from everybody else. */
  readonly ownerUrl: string;
  /** Where it goes; nothing may be there. Only its owner can read it. */
  readonly path: string;
  readonly product: string;
  readonly madeAt: string;
  readonly notes: BackupHeader["notes"];
  /** Files that belong to the data, by the name under which they are found again. */
  readonly files: readonly { readonly name: string; readonly path: string }[];
  readonly onProgress?: (state: { readonly rows: number; readonly table: string }) => void;
}

export interface WrittenBackup {
  readonly header: BackupHeader;
  readonly rows: number;
  readonly bytes: number;
  /** Over the uncompressed content. */
  readonly sha256: string;
  readonly files: readonly string[];
}

/**
 * Writes everything there is into one file, as it is at one moment, while others write. The file
 * appears under its name when it is whole. Throws `BackupFault`.
 */
export async function writeBackup(plan: BackupPlan): Promise<WrittenBackup> {
  await refuseExisting(plan.path);
  const partial = `${plan.path}.partial`;
  const client = await openSnapshot(plan.ownerUrl);
  try {
    const written = {
      header: null as BackupHeader | null,
      rows: 0,
      sha256: "",
      files: [] as string[],
    };
    await pipeline(
      Readable.from(content(client, plan, written), { objectMode: true, highWaterMark: 4 }),
      createGzip({ level: 1 }),
      createWriteStream(partial, { flags: "w", mode: 0o600, flush: true }),
    );
    const { size } = await stat(partial);
    await rename(partial, plan.path);
    return { ...written, header: written.header as BackupHeader, bytes: size };
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  } finally {
    await client.end();
  }
}

async function refuseExisting(path: string): Promise<void> {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  if (isThere) throw new BackupFault(`There is a file ${path} already.`);
}

/** One transaction of one moment. Row-level security must not silently leave rows out. */
async function openSnapshot(ownerUrl: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: ownerUrl,
    application_name: "farthing backup",
    options: "-c timezone=UTC -c datestyle=ISO -c extra_float_digits=3 -c row_security=off",
  });
  // What breaks says so to the statement under way; unheard, it would end the process.
  client.on("error", () => {});
  await client.connect();
  await client.query("begin isolation level repeatable read read only");
  return client;
}

interface Writing {
  header: BackupHeader | null;
  rows: number;
  sha256: string;
  files: string[];
}

async function* content(
  client: pg.Client,
  plan: BackupPlan,
  written: Writing,
): AsyncGenerator<Buffer> {
  const hash = createHash("sha256");
  for await (const [type, bytes] of parts(client, plan, written)) {
    const frame = frameBytes(type, bytes);
    hash.update(frame);
    yield frame;
  }
  written.sha256 = hash.digest("hex");
  yield frameBytes("trailer", { sha256: written.sha256, rows: written.rows });
}

type Part = readonly [FrameType, Buffer | object];

async function* parts(client: pg.Client, plan: BackupPlan, written: Writing): AsyncGenerator<Part> {
  const header = await headerOf(client, plan);
  written.header = header;
  yield ["header", header];
  for (const table of header.tables) {
    yield ["table", table];
    let count = 0;
    for await (const { bytes, rows } of copyOut(client, copyStatement(table))) {
      count += rows;
      written.rows += rows;
      plan.onProgress?.({ rows: written.rows, table: table.name });
      yield ["data", bytes];
    }
    yield ["end", { count }];
  }
  for (const { name, path } of plan.files) {
    yield ["file", { name }];
    let count = 0;
    for await (const bytes of createReadStream(path) as AsyncIterable<Buffer>) {
      count += bytes.length;
      yield ["data", bytes];
    }
    yield ["end", { count }];
    written.files.push(name);
  }
}

/** A partitioned table is only copied through a query. */
function copyStatement(table: TableShape): string {
  return `copy (select ${columnList(table)} from farthing.${quoted(table.name)}) to stdout`;
}

async function headerOf(client: pg.Client, plan: BackupPlan): Promise<BackupHeader> {
  const { rows: migrations } = await client.query<{ name: string }>(
    "select name from farthing_migration.kysely_migration order by name",
  );
  const { rows } = await client.query<{ version: string }>(
    "select split_part(current_setting('server_version'), ' ', 1) as version",
  );
  return {
    format: FORMAT,
    product: plan.product,
    serverVersion: rows[0]?.version ?? "",
    madeAt: plan.madeAt,
    migrations: migrations.map(({ name }) => name),
    tables: await listTables(client),
    notes: plan.notes,
  };
}
