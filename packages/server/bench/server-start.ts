import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Figure, figureOf } from "./support/figures.ts";
import { runLoad } from "./support/load.ts";

const INGEST_SECONDS_QUICK = 2;
const INGEST_SECONDS = 20;
const MEGABYTE = 2 ** 20;

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly token: string;
  readonly seconds: number;
}

/**
 * How long the whole server takes until it answers, with a database to be made and with one that is
 * there, and what memory its process holds then and under ingest (PostgreSQL's not included).
 */
export async function measureServer(isQuick: boolean): Promise<Figure[]> {
  const dataDir = await mkdtemp(join(tmpdir(), "farthing-bench-"));
  // Started by root, PostgreSQL runs as a user of its own, who has to enter this.
  await chmod(dataDir, 0o755);
  try {
    const first = await start(dataDir);
    await stop(first);
    const again = await start(dataDir);
    const readyBytes = await memoryOf(again);
    await ingest(again, isQuick ? INGEST_SECONDS_QUICK : INGEST_SECONDS);
    const busyBytes = await memoryOf(again);
    await stop(again);
    return [
      figureOf({ figure: "server.start.first", value: first.seconds, unit: "s" }),
      figureOf({ figure: "server.start.again", value: again.seconds, unit: "s" }),
      figureOf({ figure: "server.memory.ready", value: readyBytes / MEGABYTE, unit: "MiB" }),
      figureOf({ figure: "server.memory.ingest", value: busyBytes / MEGABYTE, unit: "MiB" }),
    ];
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function start(dataDir: string): Promise<Started> {
  const startedMs = performance.now();
  const child = fork(join(import.meta.dirname, "support/server-process.ts"), {
    env: {
      PATH: process.env["PATH"],
      HOST: "127.0.0.1",
      PORT: String(await freePort()),
      FARTHING_DATA_DIR: dataDir,
      FARTHING_LOG_LEVEL: "error",
    },
  });
  const { url, token } = (await answerOf(child)) as Pick<Started, "url" | "token">;
  const ready = await fetch(new URL("/readyz", url));
  if (ready.status !== 200) throw new Error(`a server that has started is ${ready.status}`);
  return { child, url, token, seconds: (performance.now() - startedMs) / 1000 };
}

async function memoryOf({ child }: Started): Promise<number> {
  child.send("memory");
  return (await answerOf(child)) as number;
}

async function stop({ child }: Started): Promise<void> {
  const ended = once(child, "exit");
  child.send("stop");
  await ended;
}

async function answerOf(child: ChildProcess): Promise<unknown> {
  const [answer] = (await once(child, "message")) as [unknown];
  return answer;
}

/** Sells a subscription by the API and reports usage of it. */
async function ingest({ url, token }: Started, seconds: number): Promise<void> {
  const post = async (path: string, body: unknown): Promise<string> => {
    const answer = await fetch(new URL(path, url), {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path} was answered with ${await answer.text()}`);
    return ((await answer.json()) as { readonly id: string }).id;
  };
  const model = { type: "per_unit", unit_price: "1" };
  const plan = await post("/v1/plans", {
    name: "Bench",
    currency: "USD",
    interval: { unit: "month" },
    prices: [{ kind: "usage", name: "Packages", metric: "packages", model }],
  });
  const customer = await post("/v1/customers", { name: "Bench" });
  await post(`/v1/customers/${customer}/payment_methods`, { token: "pm_card_visa" });
  const subscription = await post("/v1/subscriptions", { customer, plan });
  await runLoad({
    url: String(new URL("/v1/usage", url)),
    token,
    subscriptions: [subscription],
    connections: 8,
    seconds,
    eventsPerRequest: 1_000,
  });
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  return address !== null && typeof address === "object" ? address.port : 0;
}
