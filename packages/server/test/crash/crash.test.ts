import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { runCrashes } from "./run.ts";

const CYCLES = Number(process.env["FARTHING_CRASH_CYCLES"] ?? 20);
const SEED = Number(process.env["FARTHING_CRASH_SEED"] ?? Date.now() % 2 ** 31);
const TEST_MAX_MS = 60_000 + 15_000 * CYCLES;

// An attempt to charge that was broken off is taken up again after half a minute.
const SETTLED_MAX_MS = 90_000;

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "farthing-crash-"));
  // Started by root, PostgreSQL is another user, who has to get through here.
  await chmod(dataDir, 0o711);
});

afterEach(() => rm(dataDir, { recursive: true, force: true, maxRetries: 10 }));

test(
  `killed ${CYCLES} times under load, the server has counted, billed and charged everything once`,
  async () => {
    const lines = [`FARTHING_CRASH_SEED=${SEED}`];
    const report = await runCrashes({
      seed: SEED,
      cycles: CYCLES,
      dataDir,
      port: await freePort(),
      onProgress: (line) => lines.push(line),
      eventually: (check) => vi.waitFor(check, { timeout: SETTLED_MAX_MS, interval: 500 }),
    });

    expect(report.breaches, lines.join("\n")).toEqual([]);
    expect(report.eventCount).toBeGreaterThan(20 * CYCLES);
    expect(report.chargeCount).toBeGreaterThan(CYCLES);
  },
  TEST_MAX_MS,
);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
