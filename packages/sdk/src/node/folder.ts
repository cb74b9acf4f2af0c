import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";

/** Makes a folder and those above it, if need be, to outlive a power cut. `path` is absolute. */
export async function ensureFolder(path: string): Promise<void> {
  const firstMade = await mkdir(path, { recursive: true });
  const highest = dirname(firstMade ?? path);
  // Also of one that was there: whoever made it may have been killed before this.
  for (let parent = dirname(path); ; parent = dirname(parent)) {
    await syncFolder(parent);
    if (parent.length <= highest.length) return;
  }
}

/** A file's or folder's name is on the disk only when the folder around it is. */
export async function syncFolder(path: string): Promise<void> {
  // Windows opens no folder, and has no need of it.
  if (process.platform === "win32") return;
  const handle = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
    // One that may be entered and not read is for somebody else to bring to the disk.
    if (error.code === "EACCES") return null;
    throw error;
  });
  try {
    await handle?.sync();
  } finally {
    await handle?.close();
  }
}
