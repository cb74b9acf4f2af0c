import { appendFile, mkdir } from "node:fs/promises";
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
      await mkdir(root, { recursive: true });
      files = await openFiles(root);
      const damaged = readWaiting(files.waiting.lines, waiting);
      if (damaged.length > 0) await appendFile(join(root, "damaged.log"), damaged.join(""));
      for (const id of waiting.keys()) lastId = Math.max(lastId, id);
      await rewrite(files.waiting.log);
      refusals = latestOfEach(files.refused.lines.flatMap(refusalOf));
      await files.refused.log.replace(() => refusals.map((refusal) => JSON.stringify(refusal)));
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
      // A log that cannot be rewritten now is whole as it stands.
      if (isWorthIt) await rewrite(log).catch(() => {});
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

async function openFiles(root: string): Promise<OpenFiles> {
  const lock = await lockFolder(root);
  const logs: AppendLog[] = [];
  const openLog = async (name: string) => {
    const opened = await AppendLog.open(join(root, name));
    logs.push(opened.log);
    return opened;
  };
  const close = async () => {
    for (const log of logs) await log.close();
    await lock.release();
  };
  try {
    return { waiting: await openLog("waiting.log"), refused: await openLog("refused.log"), close };
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
