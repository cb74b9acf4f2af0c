import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { freePort } from "./free-port.ts";
import { createLives } from "./lives.ts";
import { apiOf } from "./load/api.ts";
import { runCrashes } from "./run.ts";

const CYCLES = Number(process.env["FARTHING_CRASH_CYCLES"] ?? 20);
const SEED = Number(process.env["FARTHING_CRASH_SEED"] ?? Date.now() % 1_000_000);
const CYCLE_MAX_MS = 20_000;
const SETTLED_MAX_MS = 90_000;

// What a first start says that it does, before it is ready.
const FIRST_START_PHASES = 5;

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "farthing-crash-"));
  // Started by root, PostgreSQL is another user, who has to get through here.
  await chmod(dataDir, 0o711);
});

afterEach(() => rm(dataDir, { recursive: true, force: true, maxRetries: 10 }));

test("a server that is killed under load, again and again, counts, bills and charges everything once", {
  timeout: CYCLES * CYCLE_MAX_MS + SETTLED_MAX_MS,
}, async () => {
  const told = [`FARTHING_CRASH_SEED=${SEED} FARTHING_CRASH_CYCLES=${CYCLES}`];
  console.info(told[0]);
  const report = await runCrashes({
    seed: SEED,
    cycles: CYCLES,
    dataDir,
    port: await freePort(),
    onProgress: (line) => told.push(line),
    eventually: (check) => vi.waitFor(check, { timeout: SETTLED_MAX_MS, interval: 500 }),
  });

  expect(report.breaches.length === 0 ? [] : [...told, ...report.breaches]).toEqual([]);
  expect(report.eventCount).toBeGreaterThan(5 * CYCLES);
  expect(report.chargeCount).toBeGreaterThan(CYCLES);
});

test("a server that is killed at every phase of its first start is ready at the next one", {
  timeout: 8 * CYCLE_MAX_MS,
}, async () => {
  const lives = createLives({ dataDir, port: await freePort() });
  try {
    for (let phase = 1; phase <= FIRST_START_PHASES; phase += 1) await lives.beginAndKill(phase);
    const first = await lives.begin();
    await lives.kill({ database: false });
    const second = await lives.begin();
    await lives.kill({ database: true });
    const third = await lives.begin();

    const tokens = [first, second, third].map(({ token }) => token);
    expect(new Set(tokens).size).toBe(1);
    expect(await apiOf(third).get("/v1/project")).toMatchObject({ slug: "demo" });
    expect(lives.complaints()).toEqual([]);
  } finally {
    await lives.end();
  }
});
