import pg from "pg";
import { BackupFault } from "./backup-fault.ts";
import { columnList, listTables, quoted } from "./catalog.ts";
import { copyIn } from "./copy.ts";
import type { BackupHeader, Frame, TableShape } from "./format.ts";
import { countOf, jsonOf, type OnShare, readFrames } from "./read-backup.ts";

export interface LoadPlan {
  /** The owner of a schema that is as the backup's was, and empty. */
  readonly ownerUrl: string;
  readonly path: string;
  readonly onShare?: OnShare;
  /** Takes a file that the backup brought. */
  readonly onFile: (name: string, content: Buffer) => Promise<void>;
}

/** Loads a backup in one transaction: all of it or nothing. Answers how many rows each table got. */
export async function loadBackup(plan: LoadPlan): Promise<Record<string, number>> {
  const client = new pg.Client({
    connectionString: plan.ownerUrl,
    application_name: "farthing restore",
    options: "-c timezone=UTC -c datestyle=ISO",
  });
  client.on("error", () => {});
  await client.connect();
  try {
    await client.query("begin");
    const counts = await load(client, plan);
    await client.query("commit");
    // So that the first statements on all these rows are planned knowing of them.
    await client.query("analyze");
    return counts;
  } finally {
    await client.end();
  }
}

async function load(client: pg.Client, plan: LoadPlan): Promise<Record<string, number>> {
  const frames = readFrames(plan.path, plan.onShare);
  const counts: Record<string, number> = {};
  for (let frame = await following(frames); frame !== null; frame = await following(frames)) {
    if (frame.type === "header") await compareShapes(client, jsonOf(frame) as BackupHeader);
    if (frame.type === "table") {
      const table = jsonOf(frame) as TableShape;
      counts[table.name] = await loadTable(client, table, frames);
    }
    if (frame.type === "file") {
      const { name } = jsonOf(frame) as { name: string };
      await plan.onFile(name, await fileContent(frames));
    }
  }
  return counts;
}

async function following(frames: AsyncGenerator<Frame>): Promise<Frame | null> {
  const { value, done } = await frames.next();
  return done ? null : value;
}

/** Text rows name no columns, so each table has to have exactly those that it was copied with. */
async function compareShapes(client: pg.Client, { tables }: BackupHeader): Promise<void> {
  const shape = (known: readonly TableShape[]) =>
    known.map((table) => `${table.name}(${columnList(table)})`).toSorted();
  const theirs = shape(tables);
  const ours = shape(await listTables(client));
  const differing = [
    ...theirs.filter((table) => !ours.includes(table)),
    ...ours.filter((table) => !theirs.includes(table)),
  ];
  if (differing.length === 0) return;
  throw new BackupFault(`The backup's tables are not those of its migrations: ${differing[0]}`);
}

async function loadTable(
  client: pg.Client,
  table: TableShape,
  frames: AsyncGenerator<Frame>,
): Promise<number> {
  for (const { name, bounds } of table.partitions) {
    await client.query(
      `create table if not exists farthing.${quoted(name)}
         partition of farthing.${quoted(table.name)} ${bounds}`,
    );
  }
  const ending = { count: 0 };
  await copyIn(
    client,
    `copy farthing.${quoted(table.name)} (${columnList(table)}) from stdin`,
    dataOf(frames, ending),
  );
  return ending.count;
}

async function fileContent(frames: AsyncGenerator<Frame>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of dataOf(frames, { count: 0 })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The data up to the part's end, which says how much there was. */
async function* dataOf(
  frames: AsyncGenerator<Frame>,
  ending: { count: number },
): AsyncGenerator<Buffer> {
  for (;;) {
    const frame = await following(frames);
    if (frame?.type !== "data") {
      if (frame?.type !== "end") throw new BackupFault("The backup is cut short.");
      ending.count = countOf(frame);
      return;
    }
    yield frame.content;
  }
}
