import { present } from "#kernel/assert.ts";
import { type EpochMs, isoInstantOrNull } from "#kernel/clock.ts";
import { groupBy } from "#kernel/group-by.ts";
import { type OwnedId, ownedKey } from "#kernel/ids.ts";
import { formatNanos, storedNanos } from "#kernel/nanos.ts";
import type {
  Collection,
  CreditedDraft,
  DraftLine,
  Invoice,
  InvoiceLine,
  InvoiceReason,
  InvoiceStatus,
} from "#modules/invoices/domain/index.ts";
import { columns, jsonColumn } from "#platform/db/columns.ts";
import type { DiscoveryTx, Tx } from "#platform/db/database.ts";
import { WRITTEN_HERE } from "#platform/db/written-here.ts";
import {
  type ComputationJson,
  computationFromJson,
  computationToJson,
} from "./computation-json.ts";

export interface InvoiceRow {
  customer_id: bigint;
  id: bigint;
  subscription_id: bigint | null;
  number: bigint;
  status: InvoiceStatus;
  reason: InvoiceReason;
  currency: string;
  period_start: EpochMs;
  period_end: EpochMs;
  total_minor: string;
  credit_applied_minor: string;
  credited_minor: string;
  amount_paid_minor: string;
  issued_at: EpochMs;
  collection: Collection;
  /** Null is at once. */
  due_at: EpochMs | null;
  overdue_at: EpochMs | null;
  paid_at: EpochMs | null;
}

export interface LineRow {
  customer_id: bigint;
  invoice_id: bigint;
  line_number: number;
  kind: DraftLine["kind"];
  price_id: bigint | null;
  metric: string | null;
  description: string;
  period_start: EpochMs;
  period_end: EpochMs;
  quantity: string;
  amount_minor: string;
  computation: ComputationJson;
}

export async function insertInvoiceLines(
  tx: Tx,
  invoices: readonly CreditedDraft[],
): Promise<void> {
  const lines = invoices.flatMap((invoice) =>
    invoice.lines.map((line, at) => lineColumns(invoice, line, at)),
  );
  if (lines.length === 0) return;
  await tx.query(
    `insert into invoice_line
            (customer_id, invoice_id, line_number, kind, price_id, metric, description, period_start,
             period_end, quantity, amount_minor, computation, project_id)
     select made.*, $13::int
       from rows from (unnest($1::bigint[]), unnest($2::bigint[]), unnest($3::int[]),
                       unnest($4::text[]), unnest($5::bigint[]), unnest($6::text[]),
                       unnest($7::text[]), unnest($8::timestamptz[]), unnest($9::timestamptz[]),
                       unnest($10::numeric[]), unnest($11::numeric[]),
                       json_array_elements($12::json)) as made`,
    [
      ...columns(lines, [
        "customerId",
        "invoiceId",
        "lineNumber",
        "kind",
        "priceId",
        "metric",
        "description",
        "startMs",
        "endMs",
        "quantity",
        "amountMinor",
      ]),
      jsonColumn(lines, "computation"),
      tx.projectId,
    ],
  );
}

/**
 * Takes the project's next `count` invoice numbers and answers the first. Every other batch of the
 * project waits from here until this transaction ends, so call it as late as can be.
 */
export async function takeInvoiceNumbers(tx: Tx, count: number): Promise<bigint> {
  const [row] = await tx.query<{ last_number: bigint }>(
    `insert into invoice_number as counted (project_id, last_number) values ($1, $2)
     on conflict (project_id) do update set last_number = counted.last_number + excluded.last_number
     returning last_number`,
    [tx.projectId, count],
  );
  return present(row, "an upsert answers its row").last_number - BigInt(count) + 1n;
}

export async function insertInvoices(tx: Tx, invoices: readonly Invoice[]): Promise<void> {
  if (invoices.length === 0) return;
  await tx.query(
    `insert into invoice
            (customer_id, id, subscription_id, number, status, reason, currency, period_start, period_end,
             total_minor, credit_applied_minor, amount_paid_minor, issued_at, paid_at, collection,
             due_at, project_id)
     select made.*, $17::int
       from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[],
                   $7::text[], $8::timestamptz[], $9::timestamptz[], $10::numeric[], $11::numeric[],
                   $12::numeric[], $13::timestamptz[], $14::timestamptz[],
                   $15::text[], $16::timestamptz[]) as made`,
    [
      ...columns(
        invoices.map((invoice) => ({ ...invoice, ...invoice.period })),
        [
          "customerId",
          "id",
          "subscriptionId",
          "number",
          "status",
          "reason",
          "currency",
          "startMs",
          "endMs",
          "totalMinor",
          "creditAppliedMinor",
          "amountPaidMinor",
          "issuedAtMs",
          "paidAtMs",
          "collection",
          "dueAtMs",
        ],
      ),
      tx.projectId,
    ],
  );
}

/**
 * The first invoice number that can still be taken. While a subscription is held no invoice of it takes
 * one, so what comes to it afterwards has this number or a higher one.
 */
async function nextInvoiceNumber(tx: Tx): Promise<bigint> {
  const [row] = await tx.query<{ last_number: bigint }>(
    "select last_number from invoice_number where project_id = $1",
    [tx.projectId],
  );
  return (row?.last_number ?? 0n) + 1n;
}

/**
 * Writes what may change of an invoice that is issued: what became of it, and what was paid of it. One
 * that becomes void keeps from which number on later invoices count it no more; its subscription is held.
 */
export async function updateInvoice(tx: Tx, invoice: Invoice): Promise<void> {
  const voidSince = invoice.status === "void" ? await nextInvoiceNumber(tx) : null;
  await tx.query(
    `update invoice
        set status = $3, credited_minor = $4, amount_paid_minor = $5, paid_at = $6,
            void_since_number = coalesce(void_since_number, $7)
      where customer_id = $1 and id = $2`,
    [
      invoice.customerId,
      invoice.id,
      invoice.status,
      invoice.creditedMinor,
      invoice.amountPaidMinor,
      isoInstantOrNull(invoice.paidAtMs),
      voidSince,
    ],
  );
}

/** Keeps others from changing an invoice until the transaction ends. */
export async function lockInvoice(tx: Tx, key: OwnedId): Promise<void> {
  await tx.query("select 1 from invoice where customer_id = $1 and id = $2 for update", [
    key.customerId,
    key.id,
  ]);
}

export async function findInvoice(tx: Tx, key: OwnedId): Promise<Invoice | null> {
  const rows = await tx.query<InvoiceRow>(
    "select * from invoice where customer_id = $1 and id = $2",
    [key.customerId, key.id],
  );
  return (await withLines(tx, rows))[0] ?? null;
}

/** The project that an invoice's link belongs to: whoever follows one has no token that names it. */
export async function findProjectOfInvoice(tx: DiscoveryTx, key: OwnedId): Promise<number | null> {
  const [row] = await tx.query<{ project_id: number }>(
    "select project_id from invoice where customer_id = $1 and id = $2",
    [key.customerId, key.id],
  );
  return row?.project_id ?? null;
}

export interface InvoiceFilter {
  readonly customerId?: bigint;
  readonly subscriptionId?: bigint;
}

/** Newest first. */
export async function listInvoices(
  tx: Tx,
  filter: InvoiceFilter,
  page: { readonly before: OwnedId | null; readonly limit: number },
): Promise<Invoice[]> {
  const rows = await tx.query<InvoiceRow>(
    `select * from invoice
      where project_id = $1 and ($2::bigint is null or customer_id = $2)
        and ($3::bigint is null or subscription_id = $3)
        and ($4::bigint is null or (id, customer_id) < ($4, $5))
      order by id desc, customer_id desc limit $6`,
    [
      tx.projectId,
      filter.customerId ?? null,
      filter.subscriptionId ?? null,
      page.before?.id ?? null,
      page.before?.customerId ?? null,
      page.limit,
    ],
  );
  return withLines(tx, rows);
}

/** The invoices of these customers that this transaction has made or changed, the oldest first. */
export async function listInvoicesWrittenHere(
  tx: Tx,
  customerIds: readonly bigint[],
): Promise<Invoice[]> {
  const rows = await tx.query<InvoiceRow>(
    `select * from invoice where customer_id = any($1) and ${WRITTEN_HERE} order by number`,
    [customerIds],
  );
  return withLines(tx, rows);
}

/** The invoices of these rows, each with its lines. */
export async function withLines(tx: Tx, rows: readonly InvoiceRow[]): Promise<Invoice[]> {
  if (rows.length === 0) return [];
  const lines = await tx.query<LineRow>(
    `select * from invoice_line where customer_id = any($1) and invoice_id = any($2)
      order by invoice_id, line_number`,
    [rows.map((row) => row.customer_id), rows.map((row) => row.id)],
  );
  const linesOf = groupBy(lines, ({ customer_id: customerId, invoice_id: id }) =>
    ownedKey({ customerId, id }),
  );
  return rows.map((row) =>
    toInvoice(row, linesOf.get(ownedKey({ customerId: row.customer_id, id: row.id })) ?? []),
  );
}

function lineColumns(invoice: CreditedDraft, line: DraftLine, index: number) {
  return {
    customerId: invoice.customerId,
    invoiceId: invoice.id,
    lineNumber: index + 1,
    kind: line.kind,
    priceId: line.priceId,
    metric: line.metric,
    description: line.description,
    startMs: line.period.startMs,
    endMs: line.period.endMs,
    quantity: formatNanos(line.quantity),
    amountMinor: line.amountMinor,
    computation: computationToJson(line.computation),
  };
}

function toInvoice(row: InvoiceRow, lines: readonly LineRow[]): Invoice {
  return {
    customerId: row.customer_id,
    id: row.id,
    subscriptionId: row.subscription_id,
    number: row.number,
    status: row.status,
    reason: row.reason,
    currency: row.currency,
    period: { startMs: row.period_start, endMs: row.period_end },
    totalMinor: BigInt(row.total_minor),
    creditAppliedMinor: BigInt(row.credit_applied_minor),
    creditedMinor: BigInt(row.credited_minor),
    amountPaidMinor: BigInt(row.amount_paid_minor),
    issuedAtMs: row.issued_at,
    collection: row.collection,
    dueAtMs: row.due_at ?? row.issued_at,
    overdueAtMs: row.overdue_at,
    paidAtMs: row.paid_at,
    lines: lines.map(toLine),
  };
}

export function toLine(row: LineRow): InvoiceLine {
  return {
    lineNumber: row.line_number,
    kind: row.kind,
    priceId: row.price_id,
    metric: row.metric,
    description: row.description,
    period: { startMs: row.period_start, endMs: row.period_end },
    quantity: storedNanos(row.quantity),
    amountMinor: BigInt(row.amount_minor),
    computation: computationFromJson(row.computation),
  };
}

/** The invoice of a subscription, made for this reason, that waits to be paid; null when none does. */
export async function findOpenInvoice(
  tx: Tx,
  subscription: OwnedId,
  reason: InvoiceReason,
): Promise<OwnedId | null> {
  const found = await findOpenInvoices(tx, [subscription], reason);
  return found.get(ownedKey(subscription)) ?? null;
}

/** The same of many subscriptions, by `ownedKey` of theirs. */
export async function findOpenInvoices(
  tx: Tx,
  subscriptions: readonly OwnedId[],
  reason: InvoiceReason,
): Promise<Map<string, OwnedId>> {
  const rows = await tx.query<{ customer_id: bigint; subscription_id: bigint; id: bigint }>(
    `select invoice.customer_id, subscription_id, invoice.id
       from unnest($1::bigint[], $2::bigint[]) as asked (customer_id, id)
       join invoice on invoice.customer_id = asked.customer_id
        and invoice.subscription_id = asked.id
      where invoice.customer_id = any($1) and reason = $3 and status = 'open'`,
    [...columns(subscriptions, ["customerId", "id"]), reason],
  );
  return new Map(
    rows.map(({ customer_id: customerId, subscription_id, id }) => [
      ownedKey({ customerId, id: subscription_id }),
      { customerId, id },
    ]),
  );
}
