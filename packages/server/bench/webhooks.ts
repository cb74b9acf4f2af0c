import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import { join } from "node:path";
import { idSource } from "#kernel/ids.ts";
import { nativeDialect } from "#modules/webhooks/domain/index.ts";
import { createDeliverer, createEndpoint, createFanOut } from "#modules/webhooks/index.ts";
import { newSigningSecret, standardWebhookHeaders } from "#platform/crypto/standard-webhooks.ts";
import { type Database, openDatabase } from "#platform/db/database.ts";
import { appendToOutbox } from "#platform/jobs/outbox.ts";
import { createRelayPass } from "#platform/jobs/relay.ts";
import { createPoster } from "#platform/outbound/post.ts";
import { type Figure, figureOf, median, percentile } from "./support/figures.ts";

interface Effort {
  readonly rounds: number;
  /** How many messages each endpoint is sent in a round. */
  readonly messages: number;
}

const QUICK: Effort = { rounds: 1, messages: 1 };
const FULL: Effort = { rounds: 7, messages: 2 };

/** How many endpoints there are beside the dead one. */
const ENDPOINTS = 999;
/** What waits for the dead one when there is something for it. */
const DEAD_MESSAGES = 100;
const BARE_CONNECTIONS = 64;
const PROJECT_ID = 1;

const clock = { now: () => Date.now() };
const newId = idSource(clock, Math.random);
const TYPE = "invoice.paid";
/** What only the dead one is told. */
const DEAD_TYPE = "payment.succeeded";
const dialects = {
  native: nativeDialect([TYPE, DEAD_TYPE]),
  metered: nativeDialect([]),
};
const body = JSON.stringify({ type: TYPE, data: { invoice: { total: "11699.00" } } });

interface Receiver {
  readonly url: string;
  /** Resolves with when each of so many messages came. */
  arrivals(count: number): Promise<readonly number[]>;
  stop(): void;
}

/**
 * Sending webhooks to a thousand endpoints of one receiver: as many a second as it takes signed posts
 * from a bare loop, and how much later they come while one endpoint takes connections and never
 * answers.
 */
export async function measureWebhooks(ownerUrl: string, isQuick: boolean): Promise<Figure[]> {
  const { rounds, messages } = isQuick ? QUICK : FULL;
  const db = openDatabase({ url: ownerUrl, connectionsMax: 4 });
  const receiver = await startReceiver();
  const bare: number[] = [];
  const alive: Sending[] = [];
  const dead: Sending[] = [];
  try {
    await addEndpoints(db, receiver.url);
    // Warms up and is not counted.
    await postBare(receiver, ENDPOINTS * messages);
    await send(db, receiver, { messages, deadMessages: 0 });
    for (let round = 1; round <= rounds; round += 1) {
      bare.push(await postBare(receiver, ENDPOINTS * messages));
      alive.push(await send(db, receiver, { messages, deadMessages: 0 }));
      dead.push(await send(db, receiver, { messages, deadMessages: DEAD_MESSAGES }));
    }
  } finally {
    receiver.stop();
    await db.close();
  }
  // Against its neighbour: a machine that is busy for a while is so in both.
  const laterMs = dead.map(({ p99Ms }, round) => p99Ms - (alive[round]?.p99Ms ?? Number.NaN));
  return [
    figureOf({
      figure: "webhooks.rate",
      value: median(alive.map(({ perSecond }) => perSecond)),
      unit: "deliveries/s",
      denominator: median(bare),
    }),
    figureOf({
      figure: "webhooks.p99",
      value: median(alive.map(({ p99Ms }) => p99Ms)),
      unit: "ms",
    }),
    figureOf({
      figure: "webhooks.dead_endpoint",
      value: Math.max(0, median(laterMs)),
      unit: "ms later",
      denominator: 1_000,
      goal: 1,
      bound: "at_most",
    }),
  ];
}

async function startReceiver(): Promise<Receiver> {
  const child: ChildProcess = fork(join(import.meta.dirname, "support/webhook-receiver.ts"));
  const [port] = (await once(child, "message")) as [number];
  return {
    url: `http://127.0.0.1:${port}`,
    async arrivals(count) {
      child.send(count);
      const [arrivedAtMs] = (await once(child, "message")) as [number[]];
      return arrivedAtMs;
    },
    stop: () => child.disconnect(),
  };
}

async function addEndpoints(db: Database, url: string): Promise<void> {
  const deps = { clock, newId, dialects };
  const shape = { side: "sandbox", dialect: "native" } as const;
  await db.inProject(PROJECT_ID, async (tx) => {
    await createEndpoint(tx, deps, { ...shape, url: `${url}/dead`, eventTypes: [DEAD_TYPE] });
    for (let number = 1; number <= ENDPOINTS; number += 1) {
      const endpoint = { ...shape, url: `${url}/hooks/${number}`, eventTypes: [TYPE] };
      await createEndpoint(tx, deps, endpoint);
    }
  });
}

interface Sending {
  readonly perSecond: number;
  /** From when the deliverer begins. */
  readonly p99Ms: number;
}

interface Messages {
  readonly messages: number;
  readonly deadMessages: number;
}

/** Sends by a deliverer of its own, which has yet to learn who is dead; what is for that one is older. */
async function send(
  db: Database,
  receiver: Receiver,
  { messages, deadMessages }: Messages,
): Promise<Sending> {
  await happen(db, [...repeated(DEAD_TYPE, deadMessages), ...repeated(TYPE, messages)]);
  const consumers = [createFanOut({ clock, newId, dialects })];
  await createRelayPass({ db, consumers, log: console })();

  const count = ENDPOINTS * messages;
  const poster = createPoster({ privateAddresses: "allow" });
  const deliverer = createDeliverer({ db, newId, clock, random: () => 0, poster, log: console });
  const arriving = receiver.arrivals(count);
  const startedMs = Date.now();
  deliverer.start();
  const arrivedAtMs = await arriving;
  const seconds = (Date.now() - startedMs) / 1000;
  // Hangs up on the dead one, whose messages would be waited for otherwise.
  poster.close();
  await deliverer.stop();
  await db.inProject(PROJECT_ID, (tx) =>
    tx.query(
      `update webhook_delivery set status = 'failed', next_attempt_at = null
        where next_attempt_at is not null`,
    ),
  );
  const p99Ms = percentile(arrivedAtMs, 0.99) - startedMs;
  return { perSecond: count / seconds, p99Ms };
}

const repeated = (type: string, count: number) => Array.from({ length: count }, () => type);

async function happen(db: Database, types: readonly string[]): Promise<void> {
  const events = types.map((type) => ({
    customerId: newId(),
    id: newId(),
    type,
    data: { invoice: { total: "11699.00" } },
    occurredAtMs: clock.now(),
  }));
  await db.inProject(PROJECT_ID, (tx) => appendToOutbox(tx, events));
}

/** Signs and posts, and does nothing else; answers how many a second. */
async function postBare(receiver: Receiver, count: number): Promise<number> {
  const agent = new http.Agent({ keepAlive: true });
  const secrets = [newSigningSecret()];
  const arriving = receiver.arrivals(count);
  const startedMs = performance.now();
  let posted = 0;
  const connection = async (): Promise<void> => {
    while (posted < count) {
      posted += 1;
      const signed = { secrets, id: `evt_${posted}`, sentAtMs: Date.now(), body };
      const headers = { "content-type": "application/json", ...standardWebhookHeaders(signed) };
      const request = http.request(`${receiver.url}/bare`, { method: "POST", agent, headers });
      request.end(body);
      const [answer] = (await once(request, "response")) as [http.IncomingMessage];
      answer.resume();
      await once(answer, "end");
    }
  };
  await Promise.all(Array.from({ length: BARE_CONNECTIONS }, connection));
  await arriving;
  agent.destroy();
  return count / ((performance.now() - startedMs) / 1000);
}
