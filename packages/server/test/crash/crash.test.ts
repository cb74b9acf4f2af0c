import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { killDatabase } from "#test/support/processes/database-process.ts";
import { freePort } from "#test/support/processes/free-port.ts";
import { loadServer } from "#test/support/processes/server-process.ts";
import { apiOf } from "./load/api.ts";
import { toldReach } from "./reach.ts";
import { runCrashes } from "./run.ts";

const CYCLES = Number(process.env["FARTHING_CRASH_CYCLES"] ?? 30);
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

test("servers and databases that are killed under load count, bill and charge everything once", {
  timeout: CYCLES * CYCLE_MAX_MS + SETTLED_MAX_MS,
}, async () => {
  const told = [`npm run crash -- --seed ${SEED} --cycles ${CYCLES}`];
  console.info(told[0]);
  const report = await runCrashes({
    seed: SEED,
    cycles: CYCLES,
    cyclesPerChapter: Math.ceil(CYCLES / 2),
    dataDir,
    onProgress: (line) => told.push(line),
    eventually: (check) => vi.waitFor(check, { timeout: SETTLED_MAX_MS, interval: 500 }),
  });

  expect(report.breaches.length === 0 ? [] : [...told, ...report.breaches]).toEqual([]);
  expect(report.eventCount).toBeGreaterThan(5 * CYCLES);
  expect(report.chargeCount).toBeGreaterThan(CYCLES);
  expect(toldReach(report.reach).filter((line) => line.endsWith("passed 0"))).toEqual([]);
});

test("a server that is killed at every phase of its first start is ready at the next one", {
  timeout: 8 * CYCLE_MAX_MS,
}, async () => {
  const environment = { FARTHING_DATA_DIR: dataDir, PORT: String(await freePort()) };
  for (let phase = 1; phase <= FIRST_START_PHASES; phase += 1) {
    const doomed = loadServer();
    let phases = 0;
    await doomed.start({ environment }, () => {
      phases += 1;
      if (phases === phase) void doomed.kill();
    });
    // A later start may say less: then it dies when it is up.
    await doomed.kill();
    expect(doomed.complaints()).toEqual([]);
  }
  const first = loadServer();
  const begun = await first.start({ environment });
  await first.kill();
  const second = loadServer();
  const again = await second.start({ environment });
  await Promise.all([second.kill(), killDatabase(dataDir)]);
  const third = loadServer();
  const last = await third.start({ environment });

  expect(begun?.token).toBeTruthy();
  expect([again?.token, last?.token]).toEqual([begun?.token, begun?.token]);
  const api = apiOf({ url: last?.url ?? "", token: last?.token ?? "" });
  expect(await api.get("/v1/project")).toMatchObject({ slug: "demo" });
  expect([...first.complaints(), ...third.complaints()]).toEqual([]);
  await third.stop();
});
