import { randomBytes } from "node:crypto";
import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Side } from "#modules/projects/index.ts";
import { defaultDataDir } from "#platform/db/embedded/index.ts";

/** The card sandbox's state, which belongs to the data: it holds the cards and charges of sandbox sides. */
export const SANDBOX_JOURNAL = "stripe-sandbox.jsonl";

/** What opens things: the key that tokens are hashed with, and this machine's own tokens. */
export const SECRET_FILES: readonly string[] = ["secret-key", "sandbox-key", "live-key"];

/** What a backup may bring into a data directory. */
export const RESTORED_FILES: readonly string[] = [SANDBOX_JOURNAL, ...SECRET_FILES];

/** Where a server on this machine keeps its files, when nobody says where. */
export function dataDirOf({ dataDir }: { readonly dataDir: string | null }): string {
  return dataDir ?? defaultDataDir({ cwd: process.cwd(), uid: process.getuid?.() ?? -1 });
}

/** The sandbox token that a server on this machine printed when it started; null if there is none. */
export function findLocalToken(config: {
  readonly dataDir: string | null;
}): Promise<string | null> {
  return findTokenOf("sandbox", dataDirOf(config));
}

/** The token of one side of the demo project, kept where only this machine's user can read it. */
export function findTokenOf(side: Side, dataDir: string): Promise<string | null> {
  return readOrNull(tokenPath(side, dataDir));
}

export async function keepTokenOf(side: Side, dataDir: string, token: string): Promise<void> {
  await keep(tokenPath(side, dataDir), token);
}

/** The secret that this machine's tokens are hashed with, made at the first start. */
export async function localSecretKey(dataDir: string): Promise<string> {
  const path = join(dataDir, "secret-key");
  for (;;) {
    const kept = await readOrNull(path);
    if (kept !== null) return kept;
    await keepFirst(path, randomBytes(32).toString("base64url"));
  }
}

/** The same, where it was made; null where no server has started yet. */
export function findSecretKey(dataDir: string): Promise<string | null> {
  return readOrNull(join(dataDir, "secret-key"));
}

/** The live side's token is never printed: this is where it is found. */
export function tokenPath(side: Side, dataDir: string): string {
  return join(dataDir, `${side}-key`);
}

async function keep(path: string, text: string): Promise<void> {
  await rename(await written(path, text), path);
}

/** Leaves what is there: of processes that start at once, the first one's is everybody's. */
async function keepFirst(path: string, text: string): Promise<void> {
  const partial = await written(path, text);
  try {
    await link(partial, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await rm(partial);
  }
}

/**
 * A file beside `path` that is to become it. Whole or not at all: a start that is killed here must not
 * leave an empty secret to the next one.
 */
async function written(path: string, text: string): Promise<string> {
  await mkdir(join(path, ".."), { recursive: true, mode: 0o711 });
  const partial = `${path}.${process.pid}.partial`;
  await writeFile(partial, `${text}\n`, { mode: 0o600, flush: true });
  return partial;
}

async function readOrNull(path: string): Promise<string | null> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
