import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createStripeSandbox,
  type ListeningSandbox,
  listen,
  type StripeSandbox,
} from "@farthing/stripe-sandbox";
import type { Role } from "#config.ts";
import { freePort } from "./free-port.ts";
import { loadServer, type Ready, type ServerProcess } from "./server-process.ts";

const SECRET_KEY = "the pepper of several processes, no secret";
const WEBHOOK_SECRET = `whsec_${Buffer.from("the secret of a test's card sandbox").toString("base64")}`;

export interface FleetMember extends Ready {
  readonly process: ServerProcess;
}

/** Several processes on one database, with one card sandbox beside them. */
export interface Fleet {
  readonly sandbox: StripeSandbox;
  start(role: Role): Promise<FleetMember>;
  /** Ends all that still run. */
  end(): Promise<void>;
}

export async function createFleet(databaseUrl: string): Promise<Fleet> {
  const dataDir = await mkdtemp(join(tmpdir(), "farthing-fleet-"));
  const port = await freePort();
  const sandbox = createStripeSandbox({ publicUrl: `http://127.0.0.1:${port}` });
  const listening: ListeningSandbox = await listen(sandbox, { port });
  const started: ServerProcess[] = [];
  return {
    sandbox,
    async start(role) {
      const process = loadServer();
      started.push(process);
      const ready = await process.start({
        environment: {
          DATABASE_URL: databaseUrl,
          PORT: String(await freePort()),
          FARTHING_ROLE: role,
          FARTHING_DATA_DIR: dataDir,
          FARTHING_SECRET_KEY: SECRET_KEY,
          FARTHING_STRIPE_SANDBOX_URL: listening.url,
          FARTHING_STRIPE_SANDBOX_SECRET: WEBHOOK_SECRET,
        },
      });
      if (ready === null) throw new Error(`The ${role} was killed while it started.`);
      return { ...ready, process };
    },
    async end() {
      await Promise.all(started.map((process) => process.stop()));
      await listening.close();
      await sandbox.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
