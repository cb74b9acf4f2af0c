import { appendFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { isJsonObject } from "../json.ts";
import {
  latestOfEach,
  type QueuedUsage,
  type RefusedUsage,
  type StoredUsage,
  type UsageStore,
} from "../usage-store.ts";
import { AppendLog, type OpenedLog } from "./append-log.ts";
import { ensureFolder, syncFolder } from "./folder.ts";
import { lockFolder } from "./folder-lock.ts";

/** Below this size a log is not worth rewriting. */
const COMPACTED_BYTES_MIN = 1_000_000;

interface OpenFiles {
  readonly waiting: OpenedLog;
  readonly refused: OpenedLog;
  close(): Promise<void>;
}

/**
 * Keeps events in a folder, which is made if need be: `waiting.log` and `refused.log`, a JSON object
 * a line. An event is kept once the disk has it, so it outlives a killed process and a power cut. One
 * process has the folder at a time; opening it a second time rejects.
 */
export function fileStore(folder: string): UsageStore {
  const root = resolve(folder);
  const waiting = new Map<number, StoredUsage>();
  let refusals: readonly RefusedUsage[] = [];
  let lastId = 0;
  let settledCount = 0;
  let files: OpenFiles | null = null;

  const opened = () => {
    if (files === null) throw new Error(`The store in ${root} is not open.`);
    return files;
  };
  const rewrite = (log: AppendLog) =>
    log.replace(() => {
      settledCount = 0;
      return [...waiting.values()].map((stored) => JSON.stringify(stored));
    });

  return {
    async open() {
      await ensureFolder(root);
      files = await openFiles(root, async (opening) => {
        waiting.clear();
        await putAside(root, readWaiting(opening.waiting.lines, waiting));
        for (const id of waiting.keys()) lastId = Math.max(lastId, id);
        await rewrite(opening.waiting.log);
        refusals = await readRefused(opening.refused);
      });
      return [...waiting.values()];
    },
    async append(event) {
      lastId += 1;
      const stored = { id: lastId, event };
      const onWritten = () => void waiting.set(stored.id, stored);
      const text = JSON.stringify(stored);
      await opened().waiting.log.append({ text, isDurable: true, onWritten });
      return stored;
    },
    async settle(ids) {
      const { log } = opened().waiting;
      const onWritten = () => {
        for (const id of ids) waiting.delete(id);
        settledCount += ids.length;
      };
      await log.append({ text: JSON.stringify({ settled: ids }), isDurable: false, onWritten });
      const isWorthIt = log.byteCount > COMPACTED_BYTES_MIN && settledCount > waiting.size;
      if (isWorthIt) await rewrite(log);
    },
    async refuse(refused) {
      const text = refused.map((refusal) => JSON.stringify(refusal)).join("\n");
      const onWritten = () => {
        refusals = latestOfEach([...refusals, ...refused]);
      };
      await opened().refused.log.append({ text, isDurable: true, onWritten });
    },
    refused: async () => refusals,
    async clearRefused() {
      await opened().refused.log.replace(() => []);
      refusals = [];
    },
    async close() {
      const closing = opened();
      files = null;
      waiting.clear();
      await closing.close();
    },
  };
}

/** Opens what `read` then reads; if either fails the folder is given back. */
async function openFiles(
  root: string,
  read: (opening: OpenFiles) => Promise<void>,
): Promise<OpenFiles> {
  const lock = await lockFolder(root);
  const logs: AppendLog[] = [];
  const openLog = async (name: string) => {
    const opened = await AppendLog.open(join(root, name));
    logs.push(opened.log);
    return opened;
  };
  const close = async () => {
    try {
      for (const log of logs) await log.close();
    } finally {
      await lock.release();
    }
  };
  try {
    const waiting = await openLog("waiting.log");
    const opening = { waiting, refused: await openLog("refused.log"), close };
    await read(opening);
    return opening;
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Fills in what was kept and not settled; answers the lines that cannot be read. The last one is not
 * among them: a crash tore it while it was written, before anybody was told that it is kept.
 */
function readWaiting(lines: readonly string[], waiting: Map<number, StoredUsage>): string[] {
  const damaged: string[] = [];
  for (const [index, line] of lines.entries()) {
    if (line === "") continue;
    const entry = parsed(line);
    if (Array.isArray(entry?.["settled"])) {
      for (const id of entry["settled"]) waiting.delete(id as number);
    } else if (typeof entry?.["id"] === "number" && isJsonObject(entry["event"])) {
      const event = entry["event"] as unknown as QueuedUsage;
      waiting.set(entry["id"], { id: entry["id"], event });
    } else if (index < lines.length - 1) {
      damaged.push(`${line}\n`);
    }
  }
  return damaged;
}

/** The log is rewritten without these lines, so they are on the disk before that. */
async function putAside(root: string, damaged: readonly string[]): Promise<void> {
  if (damaged.length === 0) return;
  await appendFile(join(root, "damaged.log"), damaged.join(""), { flush: true });
  await syncFolder(root);
}

/** Leaves one entry for each event in the log. */
async function readRefused({ log, lines }: OpenedLog): Promise<readonly RefusedUsage[]> {
  const refusals = latestOfEach(lines.flatMap(refusalOf));
  await log.replace(() => refusals.map((refusal) => JSON.stringify(refusal)));
  return refusals;
}

function refusalOf(line: string): RefusedUsage[] {
  const entry = parsed(line);
  return isJsonObject(entry?.["event"]) ? [entry as unknown as RefusedUsage] : [];
}

function parsed(line: string) {
  try {
    const value: unknown = JSON.parse(line);
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}
