import pg from "pg";
import { idSource } from "#kernel/ids.ts";
import { type Database, openDatabase } from "#platform/db/database.ts";
import { createRelayPass } from "#platform/jobs/relay.ts";
import { type Figure, figureOf, median } from "./support/figures.ts";

interface Effort {
  readonly rounds: number;
  readonly batchedEvents: number;
  readonly singleEvents: number;
}

const QUICK: Effort = { rounds: 2, batchedEvents: 5_000, singleEvents: 100 };
const FULL: Effort = { rounds: 5, batchedEvents: 20_000, singleEvents: 1_000 };

const PROJECT_ID = 1;
const newId = idSource({ now: () => Date.now() }, Math.random);

/** Moving events from the outbox into the log in batches, against the same relay one event at a time. */
export async function measureRelay(ownerUrl: string, isQuick: boolean): Promise<Figure[]> {
  const { rounds, batchedEvents, singleEvents } = isQuick ? QUICK : FULL;
  const db = openDatabase({ url: ownerUrl, connectionsMax: 2 });
  const owner = new pg.Client({
    connectionString: ownerUrl,
    options: "-c search_path=farthing",
  });
  await owner.connect();
  const batched: number[] = [];
  const single: number[] = [];
  try {
    // The first round of each warms up and is not counted.
    for (let round = 0; round <= rounds; round += 1) {
      const batchedRate = await rateOf(db, owner, { events: batchedEvents });
      const singleRate = await rateOf(db, owner, { events: singleEvents, batchSize: 1 });
      if (round === 0) continue;
      batched.push(batchedRate);
      single.push(singleRate);
    }
  } finally {
    await owner.end();
    await db.close();
  }
  return [
    figureOf({
      figure: "outbox.relay",
      value: median(batched),
      unit: "events/s",
      denominator: median(single),
      goal: 20,
    }),
  ];
}

async function rateOf(
  db: Database,
  owner: pg.Client,
  { events, ...options }: { readonly events: number; readonly batchSize?: number },
): Promise<number> {
  await owner.query(
    `insert into outbox (customer_id, id, project_id, type, data, occurred_at)
     select id % 1000, id, $2, 'invoice.paid',
            json_build_object('invoice', json_build_object('id', id, 'total', '11699.00')), now()
       from unnest($1::bigint[]) as id`,
    [Array.from({ length: events }, newId), PROJECT_ID],
  );
  const relay = createRelayPass({ db, consumers: [], log: console, ...options });
  const startedMs = performance.now();
  const moved = await relay();
  if (moved !== events) throw new Error(`${moved} of ${events} events were relayed`);
  return events / ((performance.now() - startedMs) / 1000);
}
