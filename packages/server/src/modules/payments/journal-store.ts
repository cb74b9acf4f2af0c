import type { EpochMs } from "#kernel/clock.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { Money } from "#kernel/money.ts";
import { instant } from "#platform/db/columns.ts";
import type { DiscoveryTx, Tx } from "#platform/db/database.ts";

/** A payment or a refund as it is compared with the rail's journal. */
export interface JournaledMoney extends OwnedId, Money {
  readonly railRef: string;
  /** The payment itself, or the one that a refund is of. */
  readonly paymentId: bigint;
  /** What that payment collected in all. */
  readonly paidMinor: bigint;
}

interface MoneyRow {
  customer_id: bigint;
  id: bigint;
  payment_id: bigint;
  rail_ref: string;
  currency: string;
  amount_minor: string;
  paid_minor: string;
}

/** A part of what was settled in a range, by the wall clock. */
export interface SettledPage {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly after: OwnedId | null;
  readonly limit: number;
}

const PAYMENT_COLUMNS = `customer_id, id, id as payment_id, rail_ref, currency, amount_minor,
  amount_minor as paid_minor`;
const REFUND_COLUMNS = `customer_id, id, payment_id, rail_ref, currency, amount_minor,
  (select payment.amount_minor from payment
    where payment.customer_id = refund.customer_id and payment.id = refund.payment_id) as paid_minor`;

/** The payments of the project that stand behind these objects of the rail. */
export async function listPaymentsByRailRef(
  tx: Tx,
  railRefs: readonly string[],
): Promise<JournaledMoney[]> {
  const rows = await tx.query<MoneyRow>(
    `select ${PAYMENT_COLUMNS} from payment where project_id = $1 and rail_ref = any($2)`,
    [tx.projectId, railRefs],
  );
  return rows.map(toMoney);
}

/** The refunds of the project that stand behind these objects of the rail. */
export async function listRefundsByRailRef(
  tx: Tx,
  railRefs: readonly string[],
): Promise<JournaledMoney[]> {
  const rows = await tx.query<MoneyRow>(
    `select ${REFUND_COLUMNS} from refund where project_id = $1 and rail_ref = any($2)`,
    [tx.projectId, railRefs],
  );
  return rows.map(toMoney);
}

/** What was collected in a range, by the wall clock, in the order of its ids. */
export async function listCollected(tx: Tx, page: SettledPage): Promise<JournaledMoney[]> {
  const rows = await tx.query<MoneyRow>(
    `select ${PAYMENT_COLUMNS} from payment
      where project_id = $1 and collected_at >= $2 and collected_at < $3
        and ($4::bigint is null or (id, customer_id) > ($4, $5))
      order by id, customer_id limit $6`,
    pageValues(tx, page),
  );
  return rows.map(toMoney);
}

/** What was given back in a range, by the wall clock, in the order of its ids. */
export async function listRefunded(tx: Tx, page: SettledPage): Promise<JournaledMoney[]> {
  const rows = await tx.query<MoneyRow>(
    `select ${REFUND_COLUMNS} from refund
      where project_id = $1 and refunded_at >= $2 and refunded_at < $3
        and ($4::bigint is null or (id, customer_id) > ($4, $5))
      order by id, customer_id limit $6`,
    pageValues(tx, page),
  );
  return rows.map(toMoney);
}

/** The customers among these that this server has, in whichever project. */
export async function findProjectsOfCustomers(
  tx: DiscoveryTx,
  customerIds: readonly bigint[],
): Promise<Map<bigint, number>> {
  const rows = await tx.query<{ customer_id: bigint; project_id: number }>(
    "select distinct customer_id, project_id from rail_customer where customer_id = any($1)",
    [customerIds],
  );
  return new Map(rows.map((row) => [row.customer_id, row.project_id]));
}

function pageValues(tx: Tx, { fromMs, toMs, after, limit }: SettledPage): unknown[] {
  const place = [after?.id ?? null, after?.customerId ?? null];
  return [tx.projectId, instant(fromMs), instant(toMs), ...place, limit];
}

function toMoney(row: MoneyRow): JournaledMoney {
  return {
    customerId: row.customer_id,
    id: row.id,
    paymentId: row.payment_id,
    railRef: row.rail_ref,
    currency: row.currency,
    amountMinor: BigInt(row.amount_minor),
    paidMinor: BigInt(row.paid_minor),
  };
}
