import type { EpochMs } from "#kernel/clock.ts";
import type { Currency } from "#kernel/currency.ts";
import type { Customer } from "#modules/customers/domain/index.ts";
import type { OwnPaymentTerms } from "#modules/invoices/domain/index.ts";
import { instant, instantOrNull } from "#platform/db/columns.ts";
import type { Tx } from "#platform/db/database.ts";
import { findByName } from "#platform/db/lookup.ts";
import { externalIdName } from "./names.ts";

interface CustomerRow {
  customer_id: bigint;
  external_id: string | null;
  email: string | null;
  name: string;
  first_name: string | null;
  time_zone: string;
  currency: string | null;
  metadata: Record<string, unknown>;
  test_clock_at: EpochMs | null;
  created_at: EpochMs;
  collection: OwnPaymentTerms["collection"];
  net_days: number | null;
}

export async function insertCustomer(tx: Tx, customer: Customer): Promise<void> {
  await tx.query(
    `insert into customer
            (customer_id, project_id, external_id, email, name, time_zone, currency, metadata,
             test_clock_at, created_at, first_name, collection, net_days)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      customer.customerId,
      tx.projectId,
      customer.externalId,
      customer.email,
      customer.name,
      customer.timeZone,
      customer.currency,
      JSON.stringify(customer.metadata),
      instantOrNull(customer.testClockAtMs),
      instant(customer.createdAtMs),
      customer.firstName,
      customer.paymentTerms.collection,
      customer.paymentTerms.netDays,
    ],
  );
}

/** Writes what an edit may change. */
export async function updateCustomerDetails(tx: Tx, customer: Customer): Promise<void> {
  const { customerId, name, firstName, email, timeZone, metadata, paymentTerms } = customer;
  const { collection, netDays } = paymentTerms;
  await tx.query(
    `update customer set name = $2, email = $3, time_zone = $4, metadata = $5, first_name = $6,
            collection = $7, net_days = $8
      where customer_id = $1`,
    [customerId, name, email, timeZone, JSON.stringify(metadata), firstName, collection, netDays],
  );
}

/** Decides the currency of a customer who has none yet; any other keeps what it has. */
export async function updateCurrency(
  tx: Tx,
  customerId: bigint,
  currency: Currency,
): Promise<void> {
  await tx.query("update customer set currency = $2 where customer_id = $1 and currency is null", [
    customerId,
    currency,
  ]);
}

/** Moves a test clock on. Null when there is no such customer, no clock, or it is past this already. */
export async function updateTestClock(
  tx: Tx,
  customerId: bigint,
  toMs: EpochMs,
): Promise<Customer | null> {
  return one(
    tx,
    `update customer set test_clock_at = $2
      where customer_id = $1 and test_clock_at <= $2 returning *`,
    [customerId, instant(toMs)],
  );
}

export async function findCustomer(tx: Tx, customerId: bigint): Promise<Customer | null> {
  return one(tx, "select * from customer where customer_id = $1", [customerId]);
}

/** Finds a customer and keeps others from changing it until the transaction ends. */
export async function lockCustomer(tx: Tx, customerId: bigint): Promise<Customer | null> {
  return one(tx, "select * from customer where customer_id = $1 for update", [customerId]);
}

/** Finds those that exist of these customers, by their ids. */
export async function findCustomers(
  tx: Tx,
  customerIds: readonly bigint[],
): Promise<Map<bigint, Customer>> {
  const rows = await tx.query<CustomerRow>("select * from customer where customer_id = any($1)", [
    customerIds,
  ]);
  return new Map(rows.map((row) => [row.customer_id, toCustomer(row)]));
}

/** The oldest customer who has this e-mail address, in whatever case it was written. */
export async function findCustomerByEmail(tx: Tx, email: string): Promise<Customer | null> {
  return one(
    tx,
    `select * from customer where project_id = $1 and lower(email) = lower($2)
      order by customer_id limit 1`,
    [tx.projectId, email],
  );
}

/** Newest first. */
export async function listCustomers(
  tx: Tx,
  filter: { readonly externalId?: string; readonly email?: string },
  page: { readonly before: bigint | null; readonly limit: number },
): Promise<Customer[]> {
  const { externalId, email } = filter;
  const named = externalId === undefined ? null : await findByName(tx, externalIdName(externalId));
  if (externalId !== undefined && named === null) return [];
  const rows = await tx.query<CustomerRow>(
    `select * from customer
      where project_id = $1
        and ($2::bigint is null or customer_id = $2)
        and ($3::text is null or lower(email) = lower($3))
        and ($4::bigint is null or customer_id < $4)
      order by customer_id desc limit $5`,
    [tx.projectId, named?.customerId ?? null, email ?? null, page.before, page.limit],
  );
  return rows.map(toCustomer);
}

async function one(tx: Tx, sql: string, values: readonly unknown[]): Promise<Customer | null> {
  const [row] = await tx.query<CustomerRow>(sql, values);
  return row === undefined ? null : toCustomer(row);
}

function toCustomer(row: CustomerRow): Customer {
  return {
    customerId: row.customer_id,
    externalId: row.external_id,
    email: row.email,
    name: row.name,
    firstName: row.first_name,
    timeZone: row.time_zone,
    currency: row.currency,
    paymentTerms: { collection: row.collection, netDays: row.net_days },
    metadata: row.metadata,
    testClockAtMs: row.test_clock_at,
    createdAtMs: row.created_at,
  };
}
