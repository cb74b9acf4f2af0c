import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig, startServer } from "@farthing/server";
import { throwAwayEnvironment } from "../config.ts";
import type { Address } from "../connection.ts";

export interface ThrowAwayServer extends Address {
  /** Stops it and removes what it wrote, except into a database of yours. */
  stop(): Promise<void>;
}

/** Starts a whole server on a free port, with a new data directory that is removed at the end. */
export async function startThrowAwayServer(
  onPhase: (phase: string) => void,
): Promise<ThrowAwayServer> {
  const dataDir = join(tmpdir(), `farthing-demo-${crypto.randomUUID()}`);
  const remove = () => rm(dataDir, { recursive: true, force: true });
  try {
    const port = await freePort();
    const config = readConfig(throwAwayEnvironment({ port, dataDir }));
    const server = await startServer(config, { onPhase });
    const { url, token } = server;
    if (token === null) throw new Error("A server that does everything has a token.");
    return {
      url,
      token,
      async stop() {
        try {
          await server.stop();
        } finally {
          await remove();
        }
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** The server's own address goes into its links, so that its port is chosen before it starts. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  return address !== null && typeof address === "object" ? address.port : 0;
}
