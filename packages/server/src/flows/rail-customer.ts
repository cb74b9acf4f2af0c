import { BillingError } from "#kernel/error.ts";
import { formatId } from "#kernel/ids.ts";
import { getCustomer } from "#modules/customers/index.ts";
import {
  findRailCustomer,
  keepRailCustomer,
  type Rail,
  type RailAnswer,
} from "#modules/payments/index.ts";
import type { Database } from "#platform/db/database.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";
import type { Engine } from "./engine.ts";

/** What it takes to ask a project's rail. */
export interface RailAccess {
  readonly engine: Engine;
  readonly db: Database;
  readonly rails: (projectId: number) => Rail;
}

/**
 * The customer as the rail knows it, made known to the rail where it is not yet. Runs transactions
 * of its own. Refuses with `customer_not_found` or `rail_unavailable`.
 */
export async function railCustomerRef(
  { engine, db, rails }: RailAccess,
  projectId: number,
  customerId: bigint,
): Promise<string> {
  const rail = rails(projectId);
  const { customer, known } = await db.inProject(projectId, async (tx) => ({
    customer: await getCustomer(tx, customerId),
    known: await findRailCustomer(tx, customerId, rail.name),
  }));
  if (known !== null) return known;
  const { name, email } = customer;
  const made = answerOf(
    await rail.ensureCustomer({ key: formatId("customer", customerId), name, email }),
  );
  faultPoint("card.customer_made");
  return db.inProject(projectId, (tx) =>
    keepRailCustomer(tx, { customerId, rail: rail.name, railRef: made.ref }, engine.clock.now()),
  );
}

/**
 * The value of a rail's answer. Where there is none the caller cannot go on: `rail_unavailable`.
 */
export function answerOf<Value>(answer: RailAnswer<Value>): Value {
  if (answer.type === "ok") return answer.value;
  const cause = answer.type === "unknown" ? answer.reason : answer.message;
  throw new BillingError("rail_unavailable", { cause });
}
