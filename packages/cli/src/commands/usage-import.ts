import { stat } from "node:fs/promises";
import { addressOf, type ConnectionFlags, clientFor } from "../connection.ts";
import { CommandFailure, EXIT_FAILED, systemCode } from "../failure.ts";
import { type ImportCounts, importUsage } from "../import/import-usage.ts";
import { readRowFile } from "../import/read-rows.ts";
import { openRejectsFile } from "../import/rejects-file.ts";
import { createRowReferences } from "../import/row-references.ts";
import { interruptible } from "../interrupt.ts";
import { startProgress } from "../terminal/progress.ts";
import { grouped, tableLines } from "../terminal/table.ts";

export interface ImportFlags extends ConnectionFlags {
  readonly json?: boolean;
}

/** An import goes on for long, so it has the patience to see a server through a restart. */
const RETRY = { attemptCountMax: 9 };

const NOTHING: ImportCounts = { rows: 0, recorded: 0, duplicates: 0, rejected: 0 };

/** `farthing usage import FILE`: answers the exit code, 1 if any row was rejected. */
export async function usageImport(path: string, flags: ImportFlags): Promise<number> {
  const totalBytes = await sizeOf(path);
  const client = clientFor(await addressOf(flags), { retry: RETRY });
  const file = readRowFile(path, createRowReferences());
  const rejects = await openRejectsFile(path);
  const progress = startProgress({ label: "import", unit: "rows", stream: process.stderr });
  const startedMs = performance.now();
  let counts = NOTHING;
  try {
    await interruptible((signal) =>
      importUsage({
        client,
        rows: file.rows,
        signal,
        onRejected: rejects.add,
        onProgress(state) {
          counts = state;
          const share = Math.min(1, file.bytesRead() / Math.max(1, totalBytes));
          progress.update({ count: state.rows, share });
        },
      }),
    );
  } catch (error) {
    progress.finish(
      `Stopped after ${grouped(counts.rows)} rows. Import the file again to go on: what is recorded counts once.`,
    );
    throw error;
  } finally {
    await rejects.close();
  }
  progress.finish();
  const seconds = (performance.now() - startedMs) / 1000;
  report(counts, { seconds, rejectsPath: rejects.path, isJson: flags.json === true });
  return counts.rejected === 0 ? 0 : EXIT_FAILED;
}

async function sizeOf(path: string): Promise<number> {
  try {
    const stats = await stat(path);
    if (stats.isFile()) return stats.size;
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
    throw new CommandFailure(`There is no file ${path}`);
  }
  throw new CommandFailure(`${path} is not a file`);
}

interface Ending {
  readonly seconds: number;
  readonly rejectsPath: string;
  readonly isJson: boolean;
}

function report(counts: ImportCounts, { seconds, rejectsPath, isJson }: Ending): void {
  const { rows, recorded, duplicates, rejected } = counts;
  const rowsPerSecond = Math.round(rows / Math.max(seconds, 0.001));
  const rejectsFile = rejected === 0 ? null : rejectsPath;
  if (isJson) {
    const figures = { rows, recorded, duplicates, rejected };
    const speed = { seconds: Number(seconds.toFixed(3)), rows_per_second: rowsPerSecond };
    console.log(JSON.stringify({ ...figures, ...speed, rejects_file: rejectsFile }));
    return;
  }
  const lines = [
    ["recorded", grouped(recorded), ""],
    ["duplicates", grouped(duplicates), duplicates === 0 ? "" : "recorded before, counted once"],
    ["rejected", grouped(rejected), rejectsFile === null ? "" : `see ${rejectsFile}`],
    ["rows", grouped(rows), `in ${seconds.toFixed(1)} s, ${grouped(rowsPerSecond)} a second`],
  ];
  console.log(tableLines(lines, ["left", "right", "left"]).join("\n"));
}
