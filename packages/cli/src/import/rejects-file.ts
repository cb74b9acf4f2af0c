import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { finished } from "node:stream/promises";
import type { Rejected } from "./import-usage.ts";

export interface RejectsFile {
  readonly path: string;
  readonly add: (rejected: Rejected) => Promise<void>;
  close(): Promise<void>;
}

/**
 * `FILE.rejects.jsonl`: one line for each row that was not recorded. It is made with the first of
 * them; what an earlier run left is taken away, so that the file always speaks of the last run.
 */
export async function openRejectsFile(source: string): Promise<RejectsFile> {
  const path = `${source}.rejects.jsonl`;
  await rm(path, { force: true });
  let stream: WriteStream | null = null;
  let failure: Error | null = null;
  const begin = () => createWriteStream(path).on("error", (error) => (failure = error));
  return {
    path,
    async add({ line, code, message, row }) {
      stream ??= begin();
      if (failure !== null) throw failure;
      const isRoomLeft = stream.write(`${JSON.stringify({ line, code, message, row })}\n`);
      if (!isRoomLeft) await once(stream, "drain");
    },
    async close() {
      if (stream === null) return;
      stream.end();
      await finished(stream);
    },
  };
}
