import { type FileHandle, open, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { syncFolder } from "./folder.ts";

export interface LogLine {
  readonly text: string;
  /** Whether to wait until the disk has it. What need not be waited for goes with the next. */
  readonly isDurable: boolean;
  /** Called in the order of the file, as soon as the line stands in it. */
  readonly onWritten: () => void;
}

export interface OpenedLog {
  readonly log: AppendLog;
  /** What stands in it; the last one may be what a crash left of a line. */
  readonly lines: readonly string[];
}

interface WaitingLine extends LogLine {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A file of lines that grows at its end. Lines that come while others are being written go to the
 * disk together, so that one fsync serves many.
 *
 * After an fsync that failed nobody knows what the disk has, and the next one may succeed without
 * having written it: the file then takes no more until it is opened again.
 */
export class AppendLog {
  readonly #path: string;
  #file: FileHandle;
  #byteCount: number;
  #waiting: WaitingLine[] = [];
  /** Writes one after the other. */
  #turn: Promise<void> = Promise.resolve();
  #failure: unknown = null;

  private constructor(path: string, file: FileHandle, byteCount: number) {
    this.#path = path;
    this.#file = file;
    this.#byteCount = byteCount;
  }

  /** Opens or makes the file. */
  static async open(path: string): Promise<OpenedLog> {
    const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return Buffer.alloc(0);
      throw error;
    });
    const log = new AppendLog(path, await open(path, "a"), bytes.length);
    try {
      await syncFolder(dirname(path));
    } catch (error) {
      await log.close();
      throw error;
    }
    return { log, lines: bytes.toString("utf8").split("\n") };
  }

  get byteCount(): number {
    return this.#byteCount;
  }

  append(line: LogLine): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...line, resolve, reject });
      this.#turn = this.#turn.then(() => this.#writeWaiting());
    });
  }

  /** Puts these lines in the place of all that stand there when it comes to that. */
  replace(lines: () => readonly string[]): Promise<void> {
    const replaced = this.#turn.then(() => this.#replace(lines()));
    this.#turn = replaced.catch(() => {});
    return replaced;
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.#file.close();
  }

  async #writeWaiting(): Promise<void> {
    const group = this.#waiting;
    this.#waiting = [];
    if (group.length === 0) return;
    try {
      if (this.#failure !== null) throw this.#failure;
      const bytes = Buffer.from(group.map(({ text }) => `${text}\n`).join(""));
      await this.#file.appendFile(bytes);
      if (group.some(({ isDurable }) => isDurable)) await this.#orFail(this.#file.datasync());
      this.#byteCount += bytes.length;
      for (const { onWritten } of group) onWritten();
      for (const { resolve } of group) resolve();
    } catch (error) {
      await this.#takeBack(error);
      for (const { reject } of group) reject(error);
    }
  }

  /** Half a line must not stand in front of the next one: a file that keeps it takes no more. */
  async #takeBack(error: unknown): Promise<void> {
    try {
      await this.#file.truncate(this.#byteCount);
    } catch {
      this.#failure ??= error;
    }
  }

  async #orFail(syncing: Promise<void>): Promise<void> {
    try {
      await syncing;
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }

  async #replace(lines: readonly string[]): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
    const next = `${this.#path}.new`;
    await writeFile(next, bytes, { flush: true });
    await this.#file.close();
    try {
      await rename(next, this.#path);
      this.#byteCount = bytes.length;
      // Until the folder says so a power cut may bring the old file back, without what comes now.
      await this.#orFail(syncFolder(dirname(this.#path)));
    } finally {
      this.#file = await open(this.#path, "a");
    }
  }
}
