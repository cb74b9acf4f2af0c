import type { EpochMs } from "#kernel/clock.ts";
import { type OwnedId, ownedKey } from "#kernel/ids.ts";
import type {
  Account,
  ChainedTransfer,
  ChainHead,
  Transfer,
} from "#modules/ledger/domain/index.ts";
import { columns } from "#platform/db/columns.ts";
import type { Tx } from "#platform/db/database.ts";
import { WRITTEN_HERE } from "#platform/db/written-here.ts";

/** What a customer has to its credit in a currency, in minor units. */
export interface Credit {
  readonly customerId: bigint;
  readonly currency: string;
  readonly creditMinor: bigint;
}

/**
 * Finds where the chains of these customers end and keeps others from adding to them until the
 * transaction ends. In the order of their ids, so that two batches never wait for each other.
 */
export async function lockHeads(
  tx: Tx,
  customerIds: readonly bigint[],
): Promise<Map<bigint, ChainHead>> {
  const rows = await tx.query<{ customer_id: bigint; sequence: bigint; hash: Buffer }>(
    `select customer_id, sequence, hash from ledger_head
      where customer_id = any($1) order by customer_id for update`,
    [customerIds],
  );
  return new Map(rows.map(({ customer_id, sequence, hash }) => [customer_id, { sequence, hash }]));
}

/** Opens the books of customers who have none. Two who do so at once open them once. */
export async function insertHeads(
  tx: Tx,
  customerIds: readonly bigint[],
  empty: ChainHead,
): Promise<void> {
  await tx.query(
    `insert into ledger_head (customer_id, project_id, sequence, hash)
     select customer_id, $2::int, $3, $4 from unnest($1::bigint[]) as customer_id
      order by customer_id
     on conflict do nothing`,
    [customerIds, tx.projectId, empty.sequence, Buffer.from(empty.hash)],
  );
}

export async function insertTransfers(
  tx: Tx,
  transfers: readonly ChainedTransfer[],
): Promise<void> {
  await tx.query(
    `insert into ledger_transfer
            (customer_id, sequence, currency, debit_account, credit_account, amount_minor, source_type,
             source_id, occurred_at, hash, project_id)
     select made.*, $11::int
       from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::numeric[],
                   $7::text[], $8::bigint[], $9::timestamptz[], $10::bytea[]) as made`,
    [
      ...columns(transfers.map(withBufferHash), [
        "customerId",
        "sequence",
        "currency",
        "debitAccount",
        "creditAccount",
        "amountMinor",
        "sourceType",
        "sourceId",
        "occurredAtMs",
        "hash",
      ]),
      tx.projectId,
    ],
  );
}

export async function updateHeads(tx: Tx, heads: ReadonlyMap<bigint, ChainHead>): Promise<void> {
  const rows = [...heads].map(([customerId, head]) => ({ customerId, ...withBufferHash(head) }));
  await tx.query(
    `update ledger_head as kept set sequence = moved.sequence, hash = moved.hash
       from unnest($1::bigint[], $2::bigint[], $3::bytea[]) as moved (customer_id, sequence, hash)
      where kept.customer_id = moved.customer_id and kept.customer_id = any($1)`,
    columns(rows, ["customerId", "sequence", "hash"]),
  );
}

interface TransferRow {
  customer_id: bigint;
  currency: string;
  debit_account: Account;
  credit_account: Account;
  amount_minor: string;
  source_type: Transfer["sourceType"];
  source_id: bigint;
  occurred_at: EpochMs;
}

/** The transfers that this transaction has posted for these customers, in that order. */
export async function listTransfersWrittenHere(
  tx: Tx,
  customerIds: readonly bigint[],
): Promise<Transfer[]> {
  const rows = await tx.query<TransferRow>(
    `select customer_id, currency, debit_account, credit_account, amount_minor, source_type,
            source_id, occurred_at
       from ledger_transfer
      where customer_id = any($1) and ${WRITTEN_HERE} order by customer_id, sequence`,
    [customerIds],
  );
  return rows.map((row) => ({
    customerId: row.customer_id,
    currency: row.currency,
    debitAccount: row.debit_account,
    creditAccount: row.credit_account,
    amountMinor: BigInt(row.amount_minor),
    sourceType: row.source_type,
    sourceId: row.source_id,
    occurredAtMs: row.occurred_at,
  }));
}

/**
 * What these sources moved on an account, in all: above zero when it came in. By `customerId:id`; what
 * is absent moved nothing.
 */
export async function sumBySource(
  tx: Tx,
  account: Account,
  sourceType: Transfer["sourceType"],
  sources: readonly OwnedId[],
): Promise<Map<string, bigint>> {
  const rows = await tx.query<{ customer_id: bigint; source_id: bigint; moved: string }>(
    `select customer_id, source_id,
            sum(case when debit_account = $1 then amount_minor else -amount_minor end) as moved
       from ledger_transfer
      where customer_id = any($2) and source_id = any($3) and source_type = $4
        and $1 in (debit_account, credit_account)
      group by customer_id, source_id`,
    [account, sources.map(({ customerId }) => customerId), sources.map(({ id }) => id), sourceType],
  );
  return new Map(
    rows.map((row) => [
      ownedKey({ customerId: row.customer_id, id: row.source_id }),
      BigInt(row.moved),
    ]),
  );
}

/** What these customers have to their credit, by customer and currency; who has none is absent. */
export async function listCredit(tx: Tx, customerIds: readonly bigint[]): Promise<Credit[]> {
  const rows = await tx.query<{ customer_id: bigint; currency: string; credit: string }>(
    `select customer_id, currency,
            sum(case when credit_account = 'customer_credit' then amount_minor
                     else -amount_minor end) as credit
       from ledger_transfer
      where customer_id = any($1)
        and (debit_account = 'customer_credit' or credit_account = 'customer_credit')
      group by customer_id, currency
      order by customer_id, currency`,
    [customerIds],
  );
  return rows
    .map((row) => ({
      customerId: row.customer_id,
      currency: row.currency,
      creditMinor: BigInt(row.credit),
    }))
    .filter(({ creditMinor }) => creditMinor !== 0n);
}

/** What each account of a customer holds: debits less credits, by currency. */
export async function listBalances(
  tx: Tx,
  customerId: bigint,
): Promise<{ account: Account; currency: string; balanceMinor: bigint }[]> {
  const rows = await tx.query<{ account: Account; currency: string; balance: string }>(
    `select account, currency, sum(amount_minor) as balance from ledger_posting
      where customer_id = $1 group by account, currency order by account, currency`,
    [customerId],
  );
  return rows.map(({ account, currency, balance }) => ({
    account,
    currency,
    balanceMinor: BigInt(balance),
  }));
}

function withBufferHash<Value extends { readonly hash: Uint8Array }>(value: Value) {
  return { ...value, hash: Buffer.from(value.hash) };
}
