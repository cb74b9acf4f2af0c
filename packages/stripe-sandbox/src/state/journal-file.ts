import {
  closeSync,
  constants,
  fdatasync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import type { Change } from "./collections.ts";

const header = JSON.stringify({ journal: "stripe-sandbox", version: 1 });
const newline = 0x0a;
const chunkBytes = 1 << 20;
const sync = promisify(fdatasync);

/**
 * The state's changes as lines of JSON, one line a commit, written and synced before anyone is
 * answered. What a kill leaves half-written is a last line without its newline; nobody was told of it,
 * so it is cut.
 */
export class JournalFile {
  readonly #path: string;
  readonly #file: number;
  #sizeBytes = 0;
  #isDirty = false;
  /** The sync that is under way, and the one that is to follow it. */
  #current: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.#path = path;
    this.#file = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  }

  /** Hands over every commit in order. To be called once, before the first append. */
  replay(apply: (changes: readonly Change[]) => void): void {
    let lineNumber = 0;
    for (const line of this.#wholeLines()) {
      lineNumber += 1;
      if (lineNumber === 1) this.#checkHeader(line);
      else apply(this.#parse(line, lineNumber) as readonly Change[]);
    }
    ftruncateSync(this.#file, this.#sizeBytes);
    if (lineNumber === 0) this.#write(`${header}\n`);
  }

  /** @throws when the line cannot be written; the file is then as it was before. */
  append(changes: readonly Change[]): void {
    this.#write(`${JSON.stringify(changes)}\n`);
  }

  /**
   * Resolves when everything written so far would survive a loss of power. Whoever asks while the disk
   * is busy shares the next sync: the one under way may have begun before the last line was written.
   *
   * @throws when the disk fails; what is on it is then unknown, and the file takes no more lines.
   */
  synced(): Promise<void> {
    if (!this.#isDirty) return this.#current;
    this.#next ??= this.#current.then(() => {
      this.#isDirty = false;
      this.#next = null;
      this.#current = sync(this.#file);
      return this.#current;
    });
    return this.#next;
  }

  /** Syncs what is left and lets go of the file. */
  async close(): Promise<void> {
    await this.synced();
    closeSync(this.#file);
  }

  #write(text: string): void {
    const bytes = Buffer.from(text);
    try {
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(this.#file, bytes, done, bytes.length - done, this.#sizeBytes + done);
      }
    } catch (error) {
      ftruncateSync(this.#file, this.#sizeBytes);
      throw error;
    }
    this.#sizeBytes += bytes.length;
    this.#isDirty = true;
  }

  /** Yields each line that ends in a newline and counts their bytes. */
  *#wholeLines(): Generator<string> {
    const chunk = Buffer.alloc(chunkBytes);
    let rest = Buffer.alloc(0);
    let position = 0;
    const fileBytes = fstatSync(this.#file).size;
    while (position < fileBytes) {
      const readBytes = readSync(this.#file, chunk, 0, chunkBytes, position);
      if (readBytes === 0) break;
      position += readBytes;
      rest = Buffer.concat([rest, chunk.subarray(0, readBytes)]);
      let start = 0;
      for (let end = rest.indexOf(newline); end >= 0; end = rest.indexOf(newline, start)) {
        yield rest.toString("utf8", start, end);
        this.#sizeBytes += end + 1 - start;
        start = end + 1;
      }
      rest = rest.subarray(start);
    }
  }

  #checkHeader(line: string): void {
    if (line !== header) throw new Error(`${this.#path} is not a journal of this sandbox`);
  }

  #parse(line: string, lineNumber: number): unknown {
    try {
      return JSON.parse(line);
    } catch {
      throw new Error(`${this.#path}:${lineNumber} is not JSON: the journal is damaged`);
    }
  }
}
