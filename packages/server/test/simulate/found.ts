import type { Tx } from "#platform/db/database.ts";
import type { Picture, SeenBill, SeenLine, SeenMembership } from "./picture.ts";
import type { Product } from "./product.ts";

interface MembershipRow {
  readonly customer_id: bigint;
  readonly id: bigint;
  readonly status: string;
  readonly current_period_start: number | null;
  readonly current_period_end: number | null;
  readonly cancel_at_period_end: boolean;
  readonly ended_at: number | null;
  readonly plan_id: bigint;
  readonly quantity: bigint;
  readonly billable: bigint;
  readonly licensed: readonly LicenseStepJson[] | null;
  readonly pending_change: PendingChangeJson | null;
}

interface ItemJson {
  readonly plan: string;
  readonly quantity: string;
}

interface LicenseStepJson {
  readonly quantity: string;
}

interface PendingChangeJson {
  readonly at: string | null;
  readonly plan: ItemJson;
}

interface BillRow {
  readonly customer_id: bigint;
  readonly subscription_id: bigint | null;
  readonly id: bigint;
  readonly reason: string;
  readonly issued_at: number;
  readonly period_start: number;
  readonly period_end: number;
  readonly total_minor: string;
  readonly credit_applied_minor: string;
  readonly credited_minor: string;
  readonly refunded_minor: string;
  readonly status: string;
}

interface LineRow {
  readonly customer_id: bigint;
  readonly invoice_id: bigint;
  readonly kind: string;
  readonly description: string;
  readonly period_start: number;
  readonly period_end: number;
  readonly billionths: string;
  readonly amount_minor: string;
}

interface AttemptRow {
  readonly customer_id: bigint;
  readonly invoice_id: bigint;
  readonly started_at: number;
  readonly outcome: string;
  readonly amount_minor: string;
}

interface CreditRow {
  readonly customer_id: bigint;
  readonly credit: string;
}

/** What there is of some customers, by customer. */
export async function foundPictures(
  { shop, nameOf, planNameOf }: Product,
  customerIds: readonly bigint[],
): Promise<Map<bigint, Picture>> {
  const rows = await shop.app.db.inSnapshot(shop.projectIds.sandbox, (tx) => read(tx, customerIds));
  const lines = grouped(rows.lines, billKey, toLine);
  const attempts = grouped(rows.attempts, billKey, (attempt) => ({
    atMs: attempt.started_at,
    outcome: attempt.outcome,
    minor: BigInt(attempt.amount_minor),
  }));
  const bills = grouped(
    rows.bills,
    ({ customer_id, subscription_id }) => `${customer_id} ${subscription_id}`,
    (bill): SeenBill => {
      const key = `${bill.customer_id} ${bill.id}`;
      return { ...toBill(bill), lines: lines.get(key) ?? [], attempts: attempts.get(key) ?? [] };
    },
  );
  const memberships = grouped(
    rows.memberships,
    ({ customer_id }) => String(customer_id),
    (member): SeenMembership => ({
      name: nameOf(member.customer_id, member.id),
      ...toState(member, planNameOf),
      bills: bills.get(`${member.customer_id} ${member.id}`) ?? [],
    }),
  );
  const credit = new Map(rows.credit.map((row) => [row.customer_id, BigInt(row.credit)]));
  return new Map(
    customerIds.map((id) => [
      id,
      {
        memberships: memberships.get(String(id)) ?? [],
        creditMinor: credit.get(id) ?? 0n,
      },
    ]),
  );
}

async function read(tx: Tx, customerIds: readonly bigint[]) {
  const of = [customerIds];
  return {
    memberships: await tx.query<MembershipRow>(
      `select customer_id, id, status, current_period_start, current_period_end,
              cancel_at_period_end, ended_at, plan_id, quantity, billable, licensed, pending_change
         from subscription where customer_id = any($1)`,
      of,
    ),
    bills: await tx.query<BillRow>(
      `select customer_id, subscription_id, id, reason, issued_at, period_start, period_end,
              total_minor, credit_applied_minor, credited_minor, status,
              (select coalesce(sum(refund.amount_minor), 0)
                 from payment join refund using (customer_id)
                where payment.customer_id = invoice.customer_id and invoice_id = invoice.id
                  and refund.payment_id = payment.id
                  and refund.status = 'succeeded') as refunded_minor
         from invoice where customer_id = any($1) order by number`,
      of,
    ),
    lines: await tx.query<LineRow>(
      `select customer_id, invoice_id, kind, description, period_start, period_end,
              (quantity * 1000000000)::numeric(50)::text as billionths, amount_minor
         from invoice_line where customer_id = any($1) order by invoice_id, line_number`,
      of,
    ),
    attempts: await tx.query<AttemptRow>(
      `select customer_id, invoice_id, started_at, outcome, payment.amount_minor
         from payment_attempt join payment using (customer_id)
        where customer_id = any($1) and payment_id = payment.id
        order by invoice_id, started_at, attempt_number`,
      of,
    ),
    credit: await tx.query<CreditRow>(
      `select customer_id, -sum(amount_minor) as credit from ledger_posting
        where customer_id = any($1) and account = 'customer_credit' group by customer_id`,
      of,
    ),
  };
}

function billKey({ customer_id, invoice_id }: { customer_id: bigint; invoice_id: bigint }): string {
  return `${customer_id} ${invoice_id}`;
}

function grouped<Row, Item>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  toItem: (row: Row) => Item,
): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key) ?? [];
    group.push(toItem(row));
    groups.set(key, group);
  }
  return groups;
}

function toState(
  row: MembershipRow,
  planNameOf: Product["planNameOf"],
): Omit<SeenMembership, "name" | "bills"> {
  const { billable, licensed, pending_change: pending } = row;
  const waits = pending?.plan ?? null;
  return {
    status: row.status,
    fromMs: row.current_period_start,
    untilMs: row.current_period_end,
    endsAtPeriodEnd: row.cancel_at_period_end,
    endedMs: row.ended_at,
    plan: planNameOf(row.plan_id),
    quantity: row.quantity,
    billable,
    licensed: BigInt(licensed?.at(-1)?.quantity ?? billable),
    waits:
      waits === null
        ? null
        : {
            atMs: pending?.at == null ? null : Date.parse(pending.at),
            plan: planNameOf(BigInt(waits.plan)),
            quantity: BigInt(waits.quantity),
          },
  };
}

function toBill(row: BillRow): Omit<SeenBill, "lines" | "attempts"> {
  return {
    reason: row.reason,
    issuedMs: row.issued_at,
    fromMs: row.period_start,
    untilMs: row.period_end,
    totalMinor: BigInt(row.total_minor),
    creditMinor: BigInt(row.credit_applied_minor),
    offMinor: BigInt(row.credited_minor),
    backMinor: BigInt(row.refunded_minor),
    status: row.status,
  };
}

function toLine(row: LineRow): SeenLine {
  return {
    kind: row.kind,
    name: row.description,
    fromMs: row.period_start,
    untilMs: row.period_end,
    quantity: BigInt(row.billionths),
    minor: BigInt(row.amount_minor),
  };
}
