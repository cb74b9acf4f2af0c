import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { defaultDataDir } from "#platform/db/embedded/index.ts";

/** Where a server on this machine keeps its files, when nobody says where. */
export function dataDirOf({ dataDir }: { readonly dataDir: string | null }): string {
  return dataDir ?? defaultDataDir({ cwd: process.cwd(), uid: process.getuid?.() ?? -1 });
}

/** The token that a server on this machine printed when it started; null when there is none. */
export function findLocalToken(config: {
  readonly dataDir: string | null;
}): Promise<string | null> {
  return readOrNull(tokenPath(dataDirOf(config)));
}

export async function keepLocalToken(dataDir: string, token: string): Promise<void> {
  await keep(tokenPath(dataDir), token);
}

/** The secret that this machine's tokens are hashed with, made at the first start. */
export async function localSecretKey(dataDir: string): Promise<string> {
  const path = join(dataDir, "secret-key");
  const kept = await readOrNull(path);
  if (kept !== null) return kept;
  const made = randomBytes(32).toString("base64url");
  await keep(path, made);
  return made;
}

function tokenPath(dataDir: string): string {
  return join(dataDir, "sandbox-key");
}

async function keep(path: string, text: string): Promise<void> {
  await mkdir(join(path, ".."), { recursive: true, mode: 0o711 });
  await writeFile(path, `${text}\n`, { mode: 0o600 });
}

async function readOrNull(path: string): Promise<string | null> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
