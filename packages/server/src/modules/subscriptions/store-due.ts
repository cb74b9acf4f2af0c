import type { EpochMs } from "#kernel/clock.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { Subscription } from "#modules/subscriptions/domain/index.ts";
import { columns, instant } from "#platform/db/columns.ts";
import type { DiscoveryTx, Tx } from "#platform/db/database.ts";
import { type SubscriptionRow, toSubscription } from "./store.ts";

/** Which subscriptions are taken. */
interface Claiming {
  /** Those that are passed over. */
  readonly except?: readonly OwnedId[];
  /** Told what is held, before it is read: a row may be broken. */
  readonly took?: (keys: readonly OwnedId[]) => void;
}

/**
 * Takes subscriptions for which it is time, earliest first, and holds them until the transaction
 * ends; what another worker holds is passed over. Those on a test clock wait for their clock.
 */
export async function claimDueSubscriptions(
  tx: Tx,
  nowMs: EpochMs,
  limit: number,
  { except = [], took = () => undefined }: Claiming = {},
): Promise<Subscription[]> {
  const rows = await tx.query<SubscriptionRow>(
    `select * from subscription
      where next_action_at <= $1 and not on_test_clock and project_id = $2 ${isNoneOf(except, 4)}
      order by next_action_at limit $3 for update skip locked`,
    [instant(nowMs), tx.projectId, limit, ...named(except)],
  );
  took(rows.map(({ customer_id: customerId, id }) => ({ customerId, id })));
  return rows.map(toSubscription);
}

/** The same for the subscriptions of one customer, whatever clock it lives by. */
export async function claimDueSubscriptionsOf(
  tx: Tx,
  customerId: bigint,
  nowMs: EpochMs,
): Promise<Subscription[]> {
  const rows = await tx.query<SubscriptionRow>(
    `select * from subscription where customer_id = $1 and next_action_at <= $2
      order by id for update`,
    [customerId, instant(nowMs)],
  );
  return rows.map(toSubscription);
}

/** When time next has something to do for a customer; null when nothing is planned. */
export async function nextActionOf(tx: Tx, customerId: bigint): Promise<EpochMs | null> {
  const [row] = await tx.query<{ next: EpochMs | null }>(
    "select min(next_action_at) as next from subscription where customer_id = $1",
    [customerId],
  );
  return row?.next ?? null;
}

/** The projects in which something is due, by the wall clock, apart from `except`. */
export async function findProjectsWithDue(
  tx: DiscoveryTx,
  nowMs: EpochMs,
  limit: number,
  except: readonly OwnedId[] = [],
): Promise<number[]> {
  const rows = await tx.query<{ project_id: number }>(
    `select distinct project_id
       from (select project_id from subscription
              where next_action_at <= $1 and not on_test_clock ${isNoneOf(except, 3)}
              order by next_action_at limit $2) as due`,
    [instant(nowMs), limit, ...named(except)],
  );
  return rows.map((row) => row.project_id);
}

// Nearly always there are none of them, and the statement does not ask.
function isNoneOf(except: readonly OwnedId[], first: number): string {
  if (except.length === 0) return "";
  return `and (customer_id, id) not in (select * from unnest($${first}::bigint[], $${first + 1}::bigint[]))`;
}

function named(except: readonly OwnedId[]): unknown[] {
  return except.length === 0 ? [] : columns(except, ["customerId", "id"]);
}
