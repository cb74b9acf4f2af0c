import type { EpochMs, Period } from "#kernel/clock.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { Anchoring, Interval } from "#kernel/interval.ts";
import { storedNanos } from "#kernel/nanos.ts";
import type { InvoiceReason, InvoiceStatus } from "#modules/invoices/domain/index.ts";
import { type ComputationJson, computationFromJson } from "#modules/invoices/index.ts";
import type { PaymentStatus } from "#modules/payments/domain/index.ts";
import { restsOf, type SubscriptionStatus } from "#modules/subscriptions/domain/index.ts";
import {
  type PauseJson,
  pauseFromJson,
  type RestJson,
  restsFromJson,
} from "#modules/subscriptions/index.ts";
import type {
  AttemptFact,
  ChangeFact,
  CloseFact,
  HeadFact,
  InvoiceFact,
  LineFact,
  PaymentFact,
  SubscriptionFact,
  ToldFact,
  TransferFact,
} from "#modules/verification/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";

/*
 * The one place that looks at the tables of all concepts together. It reads what is stored and not
 * what the concepts make of it, and never writes. Each query names the customers it is about.
 */

interface SubscriptionRow extends OwnedRow {
  status: SubscriptionStatus;
  time_zone: string;
  interval_unit: Interval["unit"];
  interval_count: number;
  anchor_at: EpochMs | null;
  period_index: number | null;
  current_period_start: EpochMs | null;
  current_period_end: EpochMs | null;
  began_at: EpochMs | null;
  trial_end_at: EpochMs | null;
  pause: PauseJson | null;
  rests: RestJson[] | null;
  ended_at: EpochMs | null;
  activated_at: EpochMs | null;
  canceled_at: EpochMs | null;
  terms_since: EpochMs | null;
  awaited_invoice: bigint | null;
}

interface OwnedRow {
  customer_id: bigint;
  id: bigint;
}

type Ids = readonly bigint[];

export async function listSubscriptionFacts(tx: Tx, customerIds: Ids): Promise<SubscriptionFact[]> {
  const rows = await tx.query<SubscriptionRow>(
    `select customer_id, id, status, time_zone, interval_unit, interval_count, anchor_at, period_index,
            current_period_start, current_period_end, began_at, trial_end_at, pause,
            rests, ended_at, activated_at, canceled_at, terms_since,
            (awaited_change->>'invoice')::bigint as awaited_invoice
       from subscription where customer_id = any($1)`,
    [customerIds],
  );
  return rows.map((row) => ({
    ...ownedId(row),
    status: row.status,
    anchoring: row.anchor_at === null ? null : anchoringOf(row, row.anchor_at),
    period: periodOf(row),
    beganMs: row.began_at,
    trialEndMs: row.trial_end_at,
    rests: restsOf({
      rests: restsFromJson(row.rests),
      pause: pauseFromJson(row.pause),
      anchorMs: row.anchor_at,
    }),
    termsSinceMs: row.terms_since,
    awaitedInvoiceId: row.awaited_invoice,
    endedAtMs: row.ended_at,
    activatedAtMs: row.activated_at,
    canceledAtMs: row.canceled_at,
  }));
}

function anchoringOf(
  row: Pick<SubscriptionRow, "interval_unit" | "interval_count" | "time_zone">,
  anchorMs: EpochMs,
): Anchoring {
  const interval = { unit: row.interval_unit, count: row.interval_count };
  return { anchorMs, interval, timeZone: row.time_zone };
}

interface ChangeRow extends OwnedRow {
  subscription_id: bigint;
  changed_at: EpochMs;
  is_cut: boolean;
  invoice_id: bigint | null;
  since: EpochMs;
  anchor_at: EpochMs;
  interval_unit: Interval["unit"];
  interval_count: number;
  time_zone: string;
}

export async function listChangeFacts(tx: Tx, customerIds: Ids): Promise<ChangeFact[]> {
  const rows = await tx.query<ChangeRow>(
    `select change.customer_id, change.id, change.subscription_id, change.changed_at, change.is_cut,
            change.invoice_id, change.since, change.anchor_at, change.interval_unit,
            change.interval_count, subscription.time_zone
       from subscription_change as change
       join subscription on subscription.customer_id = change.customer_id
                        and subscription.id = change.subscription_id
      where change.customer_id = any($1) and subscription.customer_id = any($1)
      order by change.customer_id, change.subscription_id, change.id`,
    [customerIds],
  );
  return rows.map((row) => ({
    ...ownedId(row),
    subscriptionId: row.subscription_id,
    atMs: row.changed_at,
    isCut: row.is_cut,
    invoiceId: row.invoice_id,
    sinceMs: row.since,
    anchoring: anchoringOf(row, row.anchor_at),
  }));
}

function periodOf(row: SubscriptionRow): SubscriptionFact["period"] {
  const { period_index: index, current_period_start, current_period_end } = row;
  if (index === null || current_period_start === null || current_period_end === null) return null;
  return { index, startMs: current_period_start, endMs: current_period_end };
}

interface CloseRow {
  customer_id: bigint;
  subscription_id: bigint;
  period_start: EpochMs;
  kind: CloseFact["kind"];
  invoice_id: bigint | null;
}

export async function listCloseFacts(tx: Tx, customerIds: Ids): Promise<CloseFact[]> {
  const rows = await tx.query<CloseRow>(
    `select customer_id, subscription_id, period_start, kind, invoice_id
       from period_close where customer_id = any($1)`,
    [customerIds],
  );
  return rows.map((row) => ({
    customerId: row.customer_id,
    subscriptionId: row.subscription_id,
    periodStartMs: row.period_start,
    kind: row.kind,
    invoiceId: row.invoice_id,
  }));
}

interface InvoiceRow extends OwnedRow {
  subscription_id: bigint | null;
  number: bigint;
  status: InvoiceStatus;
  void_since_number: bigint | null;
  reason: InvoiceReason;
  currency: string;
  period_start: EpochMs;
  period_end: EpochMs;
  total_minor: string;
  credit_applied_minor: string;
  credited_minor: string;
  amount_paid_minor: string;
  collection: InvoiceFact["collection"];
  issued_at: EpochMs;
  due_at: EpochMs | null;
  overdue_at: EpochMs | null;
  paid_at: EpochMs | null;
}

export async function listInvoiceFacts(tx: Tx, customerIds: Ids): Promise<InvoiceFact[]> {
  const rows = await tx.query<InvoiceRow>(
    `select customer_id, id, subscription_id, number, status, void_since_number, reason, currency,
            period_start, period_end, total_minor, credit_applied_minor, credited_minor,
            amount_paid_minor, collection, issued_at, due_at, overdue_at, paid_at
       from invoice where customer_id = any($1) order by id`,
    [customerIds],
  );
  return rows.map((row) => ({
    ...ownedId(row),
    subscriptionId: row.subscription_id,
    number: row.number,
    status: row.status,
    voidSinceNumber: row.void_since_number,
    reason: row.reason,
    currency: row.currency,
    period: spanOf(row),
    totalMinor: BigInt(row.total_minor),
    creditAppliedMinor: BigInt(row.credit_applied_minor),
    creditedMinor: BigInt(row.credited_minor),
    amountPaidMinor: BigInt(row.amount_paid_minor),
    collection: row.collection,
    issuedAtMs: row.issued_at,
    dueAtMs: row.due_at,
    overdueAtMs: row.overdue_at,
    paidAtMs: row.paid_at,
  }));
}

interface LineRow {
  customer_id: bigint;
  invoice_id: bigint;
  line_number: number;
  kind: LineFact["kind"];
  price_id: bigint | null;
  metric: string | null;
  description: string;
  period_start: EpochMs;
  period_end: EpochMs;
  quantity: string;
  amount_minor: string;
  computation: ComputationJson;
}

export async function listLineFacts(tx: Tx, customerIds: Ids): Promise<LineFact[]> {
  const rows = await tx.query<LineRow>(
    `select customer_id, invoice_id, line_number, kind, price_id, metric, description, period_start,
            period_end, quantity, amount_minor, computation
       from invoice_line where customer_id = any($1) order by invoice_id, line_number`,
    [customerIds],
  );
  return rows.map((row) => ({
    customerId: row.customer_id,
    invoiceId: row.invoice_id,
    lineNumber: row.line_number,
    kind: row.kind,
    priceId: row.price_id,
    metric: row.metric,
    description: row.description,
    period: spanOf(row),
    quantity: storedNanos(row.quantity),
    amountMinor: BigInt(row.amount_minor),
    computation: readable(row.computation),
  }));
}

/** What somebody has written over may be anything: it is a breach, and no reason to end here. */
function readable(stored: ComputationJson): LineFact["computation"] {
  try {
    return computationFromJson(stored);
  } catch {
    return null;
  }
}

interface TransferRow {
  customer_id: bigint;
  sequence: bigint;
  currency: string;
  debit_account: string;
  credit_account: string;
  amount_minor: string;
  source_type: string;
  source_id: bigint;
  occurred_at: EpochMs;
  hash: Buffer;
}

export async function listTransferFacts(tx: Tx, customerIds: Ids): Promise<TransferFact[]> {
  const rows = await tx.query<TransferRow>(
    `select customer_id, sequence, currency, debit_account, credit_account, amount_minor, source_type,
            source_id, occurred_at, hash
       from ledger_transfer where customer_id = any($1)`,
    [customerIds],
  );
  return rows.map((row) => ({
    customerId: row.customer_id,
    sequence: row.sequence,
    currency: row.currency,
    debitAccount: row.debit_account,
    creditAccount: row.credit_account,
    amountMinor: BigInt(row.amount_minor),
    sourceType: row.source_type,
    sourceId: row.source_id,
    occurredAtMs: row.occurred_at,
    hash: row.hash,
  }));
}

export async function listHeadFacts(tx: Tx, customerIds: Ids): Promise<HeadFact[]> {
  const rows = await tx.query<Pick<TransferRow, "customer_id" | "sequence" | "hash">>(
    "select customer_id, sequence, hash from ledger_head where customer_id = any($1)",
    [customerIds],
  );
  return rows.map(({ customer_id, sequence, hash }) => ({
    customerId: customer_id,
    sequence,
    hash,
  }));
}

interface PaymentRow extends OwnedRow {
  invoice_id: bigint | null;
  status: PaymentStatus;
  currency: string;
  amount_minor: string;
  surplus_minor: string;
  rail: string;
  rail_ref: string | null;
  attempt_count: number;
}

export async function listPaymentFacts(tx: Tx, customerIds: Ids): Promise<PaymentFact[]> {
  const rows = await tx.query<PaymentRow>(
    `select customer_id, id, invoice_id, status, currency, amount_minor, surplus_minor, rail, rail_ref,
            attempt_count
       from payment where customer_id = any($1)`,
    [customerIds],
  );
  return rows.map((row) => ({
    ...ownedId(row),
    invoiceId: row.invoice_id,
    status: row.status,
    currency: row.currency,
    amountMinor: BigInt(row.amount_minor),
    surplusMinor: BigInt(row.surplus_minor),
    rail: row.rail,
    railRef: row.rail_ref,
    attemptCount: row.attempt_count,
  }));
}

interface AttemptRow {
  customer_id: bigint;
  payment_id: bigint;
  attempt_number: number;
  outcome: string | null;
}

export async function listAttemptFacts(tx: Tx, customerIds: Ids): Promise<AttemptFact[]> {
  const rows = await tx.query<AttemptRow>(
    `select customer_id, payment_id, attempt_number, outcome
       from payment_attempt where customer_id = any($1)`,
    [customerIds],
  );
  return rows.map((row) => ({
    customerId: row.customer_id,
    paymentId: row.payment_id,
    attemptNumber: row.attempt_number,
    outcome: row.outcome,
  }));
}

export async function listToldFacts(tx: Tx, customerIds: Ids): Promise<ToldFact[]> {
  const rows = await tx.query<{ customer_id: bigint; type: string; count: bigint }>(
    `select customer_id, type, count(*) as count
       from (select customer_id, type from event where customer_id = any($1)
             union all
             select customer_id, type from outbox where customer_id = any($1)) as told
      group by customer_id, type`,
    [customerIds],
  );
  return rows.map(({ customer_id, type, count }) => ({ customerId: customer_id, type, count }));
}

function ownedId({ customer_id, id }: OwnedRow): OwnedId {
  return { customerId: customer_id, id };
}

function spanOf(row: { readonly period_start: EpochMs; readonly period_end: EpochMs }): Period {
  return { startMs: row.period_start, endMs: row.period_end };
}
