import { mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { errorCode } from "./errors.ts";
import { isAlive } from "./processes.ts";

/** Partial directories this very process is filling: the pid in their name alone cannot tell. */
const underway = new Set<string>();

/**
 * Makes a directory appear whole or not at all: `fill` works in a temporary sibling which is then
 * renamed to `target`. If another process was quicker, its directory stays and ours is dropped.
 * What an earlier process left behind when it was killed is removed first.
 */
export async function createWhole(
  target: string,
  fill: (partial: string) => Promise<void>,
): Promise<void> {
  const prefix = `${basename(target)}.partial-`;
  await removeAbandoned(dirname(target), prefix);
  const partial = await mkdtemp(join(dirname(target), `${prefix}${process.pid}-`));
  underway.add(partial);
  try {
    await fill(partial);
    await renameUnlessTaken(partial, target);
  } finally {
    await removeTree(partial);
    underway.delete(partial);
  }
}

async function renameUnlessTaken(partial: string, target: string): Promise<void> {
  try {
    await rename(partial, target);
  } catch (error) {
    const isTaken = errorCode(error) === "ENOTEMPTY" || errorCode(error) === "EEXIST";
    if (!isTaken) throw error;
  }
}

async function removeAbandoned(parent: string, prefix: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    const path = join(parent, name);
    const makerPid = Number(name.slice(prefix.length).split("-")[0]);
    const isBeingMade = makerPid === process.pid ? underway.has(path) : isAlive(makerPid);
    if (!isBeingMade) await removeTree(path);
  }
}

/** An orphaned initdb may still be writing there, hence the retries. */
function removeTree(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}
