import type { JournaledCharge } from "@farthing/stripe-sandbox";
import type { TestApp } from "#test/support/app.ts";

/** The first, and one for each day of the schedule that projects of tests have. */
const TRIES_MAX = 5;

/** Something that must hold, and what breaks it. */
export interface Check {
  readonly name: string;
  readonly breaches: readonly string[];
}

interface InvoiceRow {
  readonly payment: string;
  readonly status: string;
  readonly rail_ref: string | null;
  readonly amount_minor: string;
  readonly booked: string | null;
  readonly bookings: bigint;
  /** How each try to charge it ended. */
  readonly outcomes: readonly string[] | null;
}

const INVOICES = `
  select payment.id::text as payment, invoice.status, payment.rail_ref, payment.amount_minor,
         sum(transfer.amount_minor) as booked, count(transfer.sequence) as bookings,
         (select array_agg(outcome order by attempt_number) from payment_attempt as attempt
           where attempt.customer_id = payment.customer_id and attempt.payment_id = payment.id)
           as outcomes
    from invoice
    join payment on payment.customer_id = invoice.customer_id and payment.invoice_id = invoice.id
    left join ledger_transfer as transfer
      on transfer.customer_id = payment.customer_id and transfer.source_type = 'payment'
     and transfer.source_id = payment.id
   group by payment.customer_id, payment.id, invoice.status`;

const COLLECTED = `
  select coalesce(sum(amount_minor), 0)::text as collected from ledger_posting
   where account = 'rail:stripe'`;

const OWED = `
  select coalesce(sum(amount_minor), 0)::text as by_books,
         (select coalesce(sum(total_minor - credit_applied_minor - amount_paid_minor), 0)::text
            from invoice) as by_invoices
    from ledger_posting where account = 'receivable'`;

const TOLD = `
  select type || ' ' || (data -> 'invoice' ->> 'number') as told, count(*)::int as count from event
   where type in ('invoice.paid', 'payment.succeeded') group by 1 having count(*) > 1`;

const UNSETTLED = `
  select payment_id::text as payment, attempt_number from payment_attempt where settled_at is null
   union all
  select id::text, 0 from payment where status = 'pending'`;

/** Compares the rail's journal with the books, charge by charge, once all has come to rest. */
export async function checkAll(shop: TestApp): Promise<Check[]> {
  const charges = shop.app.sandbox.journal.charges().filter(({ status }) => status === "succeeded");
  const rows = await query<InvoiceRow>(shop, INVOICES);
  const charged = byPayment(charges);
  const of = ({ rail_ref }: InvoiceRow) => charged.get(rail_ref ?? "") ?? [];
  const known = new Set(rows.map(({ rail_ref }) => rail_ref));
  const paid = rows.filter(({ status }) => status === "paid");
  return [
    {
      name: "exactly one charge in the journal for each paid invoice, of its amount",
      breaches: paid.filter((row) => !isChargedOnce(row, of(row))).map(inWords),
    },
    {
      name: "no charge for an invoice that is not paid",
      breaches: rows.filter((row) => row.status !== "paid" && of(row).length > 0).map(inWords),
    },
    {
      name: "no charge that belongs to no invoice",
      breaches: charges.filter(({ paymentIntent }) => !known.has(paymentIntent)).map(inWords),
    },
    {
      name: "each paid invoice stands in the ledger once, with its amount",
      breaches: rows.filter((row) => !isBooked(row)).map(inWords),
    },
    {
      name: "what the ledger holds at the rail is what the journal charged",
      breaches: await sums(shop, charges),
    },
    { name: "what is owed by the ledger is owed by the invoices", breaches: await owed(shop) },
    {
      name: "every invoice is paid in the end, unless its payer never satisfied the bank",
      breaches: rows.filter((row) => row.status !== "paid" && !isGivenUp(row)).map(inWords),
    },
    {
      name: "no attempt is without its end",
      breaches: (await query(shop, UNSETTLED)).map(inWords),
    },
    { name: "what happened is told once", breaches: (await query(shop, TOLD)).map(inWords) },
  ];
}

function byPayment(charges: readonly JournaledCharge[]): Map<string, JournaledCharge[]> {
  const groups = new Map<string, JournaledCharge[]>();
  for (const charge of charges) {
    const group = groups.get(charge.paymentIntent) ?? [];
    groups.set(charge.paymentIntent, [...group, charge]);
  }
  return groups;
}

function isChargedOnce(row: InvoiceRow, charges: readonly JournaledCharge[]): boolean {
  return charges.length === 1 && String(charges[0]?.amount) === row.amount_minor;
}

function isBooked({ status, amount_minor, booked, bookings }: InvoiceRow): boolean {
  return status === "paid" ? bookings === 1n && booked === amount_minor : bookings === 0n;
}

/** To the end of its schedule the bank wanted the payer, who failed there, went away, or never came. */
function isGivenUp({ status, outcomes }: InvoiceRow): boolean {
  const tries = outcomes ?? [];
  return (
    status === "uncollectible" &&
    tries.length === TRIES_MAX &&
    tries.every((outcome) => outcome === "needs_action")
  );
}

async function sums(shop: TestApp, charges: readonly JournaledCharge[]): Promise<string[]> {
  const journal = charges.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  const [row] = await query<{ collected: string }>(shop, COLLECTED);
  return row?.collected === String(journal) ? [] : [`${row?.collected} ≠ ${journal}`];
}

async function owed(shop: TestApp): Promise<string[]> {
  const [row] = await query<{ by_books: string; by_invoices: string }>(shop, OWED);
  return row?.by_books === row?.by_invoices ? [] : [inWords(row ?? {})];
}

export function query<Row extends object>(shop: TestApp, sql: string): Promise<Row[]> {
  const { sandbox: projectId } = shop.projectIds;
  return shop.app.db.inProject(projectId, (tx) => tx.query<Row>(sql));
}

function inWords(what: object): string {
  return JSON.stringify(what, (_key, value) => (typeof value === "bigint" ? String(value) : value));
}
