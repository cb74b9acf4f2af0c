import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { BackupFault } from "./backup-fault.ts";
import {
  type BackupHeader,
  type BackupTrailer,
  FORMAT,
  FRAME_HEAD_BYTES,
  FRAME_MAX,
  type Frame,
  frameTypeOf,
  type PartEnd,
} from "./format.ts";

const UNPACKED_BYTES = 256 * 1024;

/** How much of the file was read, between 0 and 1. */
export type OnShare = (share: number) => void;

/**
 * The frames of a backup, in order and with the trailer, whose checksum is compared before it is
 * given. Throws `BackupFault` at the first thing that is wrong with the file.
 */
export async function* readFrames(
  path: string,
  onShare: OnShare = () => {},
): AsyncGenerator<Frame> {
  const hash = createHash("sha256");
  let isComplete = false;
  for await (const { frame, bytes } of parsed(unpacked(path, onShare))) {
    if (isComplete) throw damaged(path, "something follows its end");
    if (frame.type === "trailer") {
      const { sha256 } = jsonOf(frame) as BackupTrailer;
      if (hash.digest("hex") !== sha256) throw damaged(path, "its checksum does not match");
      isComplete = true;
    } else hash.update(bytes);
    yield frame;
  }
  if (!isComplete) throw damaged(path, "it is cut short");
}

export interface CheckedBackup {
  readonly header: BackupHeader;
  readonly rows: number;
  readonly files: readonly string[];
}

/** Reads a backup to its end, so that nothing is begun with one that is damaged. */
export async function checkBackup(path: string, onShare?: OnShare): Promise<CheckedBackup> {
  let header: BackupHeader | null = null;
  let rows = 0;
  const files: string[] = [];
  for await (const frame of readFrames(path, onShare)) {
    if (header === null) header = headerOf(frame, path);
    else if (frame.type === "file") files.push((jsonOf(frame) as { name: string }).name);
    else if (frame.type === "trailer") rows = (jsonOf(frame) as BackupTrailer).rows;
  }
  if (header === null) throw damaged(path, "it is empty");
  return { header, rows, files };
}

function headerOf(frame: Frame, path: string): BackupHeader {
  if (frame.type !== "header") throw damaged(path, "it does not begin as one");
  const header = jsonOf(frame) as BackupHeader;
  if (header.format === FORMAT) return header;
  throw new BackupFault(
    `${path} has format ${header.format}, and this version reads format ${FORMAT} only. Restore it with the version that made it: ${header.product}.`,
  );
}

/** The content of a frame that holds JSON. */
export function jsonOf({ content }: Frame): unknown {
  return JSON.parse(content.toString("utf8"));
}

export function countOf(frame: Frame): number {
  return (jsonOf(frame) as PartEnd).count;
}

async function* unpacked(path: string, onShare: OnShare): AsyncGenerator<Buffer> {
  const { size } = await stat(path).catch(() => {
    throw new BackupFault(`There is no file ${path}.`);
  });
  const file = createReadStream(path);
  const unzip = createGunzip({ chunkSize: UNPACKED_BYTES });
  file.on("error", (error) => unzip.destroy(error));
  file.pipe(unzip);
  try {
    for await (const chunk of unzip as AsyncIterable<Buffer>) {
      onShare(size === 0 ? 1 : file.bytesRead / size);
      yield chunk;
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "Z_BUF_ERROR") throw damaged(path, "it is cut short");
    if (code?.startsWith("Z_")) throw damaged(path, "it cannot be unpacked");
    throw error;
  } finally {
    file.destroy();
  }
}

async function* parsed(
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<{ readonly frame: Frame; readonly bytes: Buffer }> {
  let buffered: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
    for (let size = frameSize(buffered); size !== null; size = frameSize(buffered)) {
      const bytes = buffered.subarray(0, size);
      buffered = buffered.subarray(size);
      yield { frame: frameOf(bytes), bytes };
    }
  }
  if (buffered.length > 0) throw new BackupFault("The backup is cut short.");
}

/** How long the first frame is, when all of it is there. */
function frameSize(buffered: Buffer): number | null {
  if (buffered.length < FRAME_HEAD_BYTES) return null;
  const length = buffered.readUInt32BE(1);
  if (length > FRAME_MAX || frameTypeOf(letterOf(buffered)) === undefined) {
    throw new BackupFault("This is no backup of Farthing, or a damaged one.");
  }
  const size = FRAME_HEAD_BYTES + length;
  return buffered.length < size ? null : size;
}

function frameOf(bytes: Buffer): Frame {
  const type = frameTypeOf(letterOf(bytes));
  if (type === undefined) throw new BackupFault("This is no backup of Farthing.");
  return { type, content: bytes.subarray(FRAME_HEAD_BYTES) };
}

function letterOf(bytes: Buffer): string {
  return String.fromCharCode(bytes[0] ?? 0);
}

function damaged(path: string, how: string): BackupFault {
  return new BackupFault(`${path} is not a whole backup: ${how}.`);
}
