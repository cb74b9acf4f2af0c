import { type FileHandle, open, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { vi } from "vitest";

/**
 * Notes which files and folders this thread brings to the disk, and lets that fail where a test says.
 * They are known by their inodes, since files are renamed. Ends with `vi.restoreAllMocks()`.
 */
export async function watchDisk() {
  const syncedInodes = new Set<number>();
  let failingPath: string | null = null;
  const handle = await open(tmpdir(), "r");
  await handle.close();
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  for (const name of ["sync", "datasync"] as const) {
    const real = prototype[name];
    vi.spyOn(prototype, name).mockImplementation(async function (this: FileHandle) {
      const { ino } = await this.stat();
      if (failingPath !== null && (await inodeAt(failingPath)) === ino) {
        throw new Error("The disk has failed.");
      }
      await real.call(this);
      syncedInodes.add(ino);
    });
  }
  return {
    hasSynced: async (path: string) => syncedInodes.has((await stat(path)).ino),
    /** Whatever is at this path when it comes to that. */
    failAt(path: string) {
      failingPath = path;
    },
    heal() {
      failingPath = null;
    },
  };
}

async function inodeAt(path: string): Promise<number | null> {
  const found = await stat(path).catch(() => null);
  return found?.ino ?? null;
}
