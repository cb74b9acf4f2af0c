import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Farthing } from "@farthing/sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientFor } from "../src/connection.ts";
import { startThrowAwayServer, type ThrowAwayServer } from "../src/demo/throw-away-server.ts";
import { type Death, type KillingLine, startKillingLine } from "./killing-line.ts";
import { type Ran, type Running, startCommand, startScript } from "./run-command.ts";
import { openShop } from "./shop.ts";

const QUEUE_CLIENT = fileURLToPath(new URL("queue-client.ts", import.meta.url));

let server: ThrowAwayServer;
let line: KillingLine;
let client: Farthing;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "farthing-killed-"));
  server = await startThrowAwayServer(() => {});
  line = await startKillingLine(server.url);
  client = clientFor(server);
}, 120_000);
afterAll(async () => {
  await line.close();
  await server.stop();
  await rm(folder, { recursive: true });
});

const variables = () => ({ FARTHING_URL: line.url, FARTHING_TOKEN: server.token });

/** Lets a process live until it has done so many requests. */
function killAt(request: number, when: Death["when"]) {
  return ({ child }: Running) => line.arm({ request, when, kill: () => child.kill("SIGKILL") });
}

/** Lets a process live until it has printed so many lines. */
function killAfterLines(count: number) {
  return ({ child }: Running) => {
    let seen = 0;
    line.arm(null);
    child.stdout?.on("data", (piece: Buffer) => {
      seen += piece.toString().split("\n").length - 1;
      if (seen >= count) child.kill("SIGKILL");
    });
  };
}

const letLive = () => line.arm(null);

async function lived(running: Running, fate: (running: Running) => void): Promise<Ran> {
  fate(running);
  return running.ended;
}

/** What a process printed that it has handed over, which may be nothing if it died early. */
function takenBy({ stdout }: Ran): number[] {
  return (stdout.match(/\d+/g) ?? []).map(Number);
}

test("usage in a queue on the disk is counted once each, whenever its process is killed", async () => {
  const subscription = await openShop(client, "queue-shop", { isOnTestClock: false });
  const lives = [
    { events: 200, fate: killAt(2, "before_it_is_answered") },
    { events: 200, fate: killAt(1, "before_it_is_passed_on") },
    // Adds nothing, and dies while it sends what the others left.
    { events: 0, fate: killAt(1, "before_it_is_answered") },
    { events: 200, fate: killAfterLines(100) },
    { events: 200, fate: killAt(3, "before_it_is_answered") },
    { events: 200, fate: letLive },
  ];
  const runs: Ran[] = [];
  let last = 0;
  for (const { events, fate } of lives) {
    const numbers = [last + 1, last + events].map(String);
    last += events;
    const args = [join(folder, "queue"), subscription, ...numbers];
    runs.push(await lived(startScript(QUEUE_CLIENT, args, variables()), fate));
  }
  expect(runs.map(({ exitCode }) => exitCode)).toEqual([null, null, null, null, null, 0]);

  const taken = runs.flatMap(takenBy);
  const counted: number[] = [];
  for await (const record of client.subscriptions.listUsage(subscription, { limit: 100 })) {
    counted.push(record.metric_count);
  }
  expect(taken.length).toBeGreaterThan(300);
  expect(new Set(counted).size).toBe(counted.length);
  expect(taken.filter((number) => !counted.includes(number))).toEqual([]);
  const { current_usage } = await client.subscriptions.get(subscription);
  expect(current_usage[0]?.count).toBe(counted.reduce((sum, count) => sum + count, 0));
}, 120_000);

describe("farthing usage import", () => {
  test("killed at any moment and run again counts each row once", async () => {
    const subscription = await openShop(client, "import-shop", { isOnTestClock: true });
    // No row names itself, and most of them say what others say.
    const rows = Array.from({ length: 12_000 }, (_, index) =>
      JSON.stringify({ customer: "import-shop", metric: "packages", quantity: (index % 7) + 1 }),
    );
    const path = join(folder, "usage.jsonl");
    await writeFile(path, rows.join("\n"));
    const fates = [
      killAt(3, "before_it_is_answered"),
      killAt(8, "before_it_is_passed_on"),
      letLive,
      letLive,
    ];
    const runs: Ran[] = [];
    for (const fate of fates) {
      const running = startCommand(["usage", "import", path, "--json"], variables());
      runs.push(await lived(running, fate));
    }
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([null, null, 0, 0]);
    const [third, fourth] = runs.slice(2).map(({ stdout }) => JSON.parse(stdout) as Summary);
    expect(third?.duplicates).toBeGreaterThanOrEqual(3_000);
    expect((third?.recorded ?? 0) + (third?.duplicates ?? 0)).toBe(rows.length);
    expect(fourth).toMatchObject({ recorded: 0, duplicates: rows.length, rejected: 0 });
    const usagePath = `/v1/subscriptions/${subscription}/usage`;
    const { metrics } = await client.request<Usage>("GET", usagePath);
    const quantity = rows.reduce((sum, _, index) => sum + (index % 7) + 1, 0);
    expect(metrics).toEqual([
      expect.objectContaining({ quantity: String(quantity), event_count: rows.length }),
    ]);
  }, 60_000);
});

interface Summary {
  readonly recorded: number;
  readonly duplicates: number;
}

interface Usage {
  readonly metrics: readonly unknown[];
}
