import pg from "pg";
import { present } from "#kernel/assert.ts";
import { columnTypes } from "#platform/db/column-types.ts";

/** When each kind of work is next to be done; null when never. */
export interface Waiting {
  readonly periods: number | null;
  readonly payments: number | null;
  readonly refunds: number | null;
  readonly notices: number | null;
  readonly isToTell: boolean;
}

/** Looks what waits, so that loops with nothing to do are not run. */
export interface Watch {
  look(): Promise<Waiting>;
  close(): Promise<void>;
}

/** Asked many times a simulated day: in one statement, planned once, on a connection of its own. */
export async function startWatch(ownerUrl: string): Promise<Watch> {
  const client = new pg.Client({ connectionString: ownerUrl, types: columnTypes });
  await client.connect();
  return {
    async look() {
      const { rows } = await client.query<Waiting>({ name: "what_waits", text: WHAT_WAITS });
      return present(rows[0], "what is selected without a table is one row");
    },
    close: () => client.end(),
  };
}

// Nobody here is on a test clock: said so, it is read from the ends of the indexes of what is due.
const WHAT_WAITS = `
  select (select min(next_action_at) from farthing.subscription where not on_test_clock) as periods,
         (select min(next_attempt_at) from farthing.payment where not on_test_clock) as payments,
         (select min(next_attempt_at) from farthing.refund) as refunds,
         (select min(next_attempt_at) from farthing.rail_event) as notices,
         exists (select from farthing.outbox) as "isToTell"`;

/** When time next has something to do; infinite when never. */
export function nextDue({ periods, payments, refunds, notices }: Waiting): number {
  return Math.min(...[periods, payments, refunds, notices].map((atMs) => atMs ?? Infinity));
}
