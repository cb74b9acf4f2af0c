import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sandboxJournal } from "#modules/payments/rails/stripe/sandbox-journal.ts";
import { invariantNames } from "#modules/verification/domain/index.ts";
import { type RailJournal, verifyCustomers, verifyNumbers } from "#modules/verification/index.ts";
import { columnTypes } from "#platform/db/column-types.ts";
import type { Tx } from "#platform/db/database.ts";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { tellLifeOfCustomers } from "#test/support/life-of-customers.ts";
import { lineTamperings, type Tampering } from "./line-tamperings.ts";

let shop: TestApp;
let owner: pg.Client;
let customerIds: bigint[];
let journal: RailJournal;

beforeAll(async () => {
  shop = await createTestApp();
  await tellLifeOfCustomers(shop);
  journal = sandboxJournal(shop.app.sandbox.journal.charges);
  owner = new pg.Client({
    connectionString: shop.ownerUrl,
    options: "-c search_path=farthing -c timezone=UTC",
    types: columnTypes,
  });
  await owner.connect();
  const { rows } = await owner.query<{ customer_id: bigint }>("select customer_id from customer");
  customerIds = rows.map((row) => row.customer_id);
}, 60_000);

afterAll(async () => {
  await owner?.end();
  await shop?.stop();
});

/** What is found once the owner has tampered, which is undone again: each broken invariant, once. */
async function brokenBy(tampering: string, rail: RailJournal = journal): Promise<string[]> {
  await owner.query("begin");
  try {
    const { rowCount } = await owner.query(tampering);
    expect(rowCount, "there is something to tamper with").toBeGreaterThan(0);
    await owner.query(
      `set local role farthing_app; set local farthing.project_id = ${shop.projectIds.sandbox}`,
    );
    const tx: Tx = {
      projectId: shop.projectIds.sandbox,
      query: async (sql, values) => (await owner.query(sql, [...(values ?? [])])).rows,
    };
    const { breaches } = await verifyCustomers(tx, customerIds, rail);
    const numbers = await verifyNumbers(tx, 0n);
    const all = [...breaches, ...numbers.breaches];
    for (const breach of all) {
      expect(breach.id, "what does not hold is named").not.toBe("");
      expect(breach.expected).not.toBe(breach.found);
    }
    return [...new Set(all.map(({ invariant }) => invariant))].toSorted();
  } finally {
    await owner.query("rollback");
  }
}

const KEPT =
  "status = 'succeeded' and id not in (select payment_id from refund union select payment_id from dispute)";
const PAID = "select id from invoice where status = 'paid' and total_minor > 0 limit 1";

const tamperings: readonly Tampering[] = [
  {
    what: "a counter that counts an event too many",
    sql: "update usage_counter set event_count = event_count + 1",
    breaks: ["counter_is_sum_of_events"],
  },
  {
    what: "a counter that has lost a billionth",
    sql: "update usage_counter set quantity = quantity - 0.000000001 where closings = 0",
    breaks: ["counter_is_sum_of_events"],
  },
  {
    what: "a counter that shows the latest of another day",
    sql: "update usage_counter set reported_at = reported_at - interval '1 day' where metric = 'last'",
    breaks: ["counter_is_sum_of_events"],
  },
  {
    what: "an event that says that somebody else was there",
    sql: `update usage_event set properties = '{"person": "zoe", "region": "us"}'
           where metric = 'seats' and period_start >= '2026-03-01'`,
    breaks: ["value_is_sum_of_events"],
  },
  {
    what: "an event in a place that a meter reads",
    sql: `update usage_event set properties = properties || '{"region": "eu"}'
           where metric = 'seats' and quantity = 9`,
    breaks: ["counter_is_sum_of_events", "line_follows_from_events"],
  },
  ...["count", "max", "latest", "unique_count"].map((aggregation) => ({
    what: `a counter whose ${aggregation} is another`,
    sql: `update usage_counter set quantity = quantity + 1 where aggregation = '${aggregation}'`,
    breaks: ["counter_is_sum_of_events"],
  })),
  {
    what: "a value that has lost an event",
    sql: "update usage_value set quantity = quantity - 1 where value = 'ada'",
    breaks: ["value_is_sum_of_events"],
  },
  {
    what: "an event that is gone",
    sql: "delete from usage_event where metric <> 'seats' and period_start >= '2026-03-01'",
    breaks: ["counter_is_sum_of_events"],
  },
  {
    what: "an event that occurred before its period",
    sql: `update usage_event set occurred_at = occurred_at - interval '400 days'
           where metric <> 'seats'`,
    breaks: ["event_is_in_its_period"],
  },
  {
    what: "a counter that believes more was billed",
    sql: "update usage_counter set billed_quantity = billed_quantity + 1 where closings > 0",
    breaks: ["counter_knows_what_was_billed"],
  },
  ...lineTamperings,
  {
    what: "an invoice that has lost its first line's place",
    sql: `update invoice_line set line_number = 99 where line_number = 1 and invoice_id = (${PAID})`,
    breaks: ["invoice_is_sum_of_lines"],
  },
  {
    what: "a close that has forgotten its invoice",
    sql: "update period_close set invoice_id = null where invoice_id is not null",
    breaks: ["close_has_its_invoice"],
  },
  {
    what: "an invoice for a period that another one billed",
    sql: `update invoice set period_start = '2026-01-01' where reason = 'renewal'`,
    breaks: ["period_is_billed_once"],
  },
  {
    what: "a subscription whose period began a day late",
    sql: `update subscription set current_period_start = current_period_start + interval '1 day'
           where status = 'active'`,
    breaks: ["periods_follow_each_other"],
  },
  {
    what: "a period that was never closed",
    sql: "delete from period_close where kind = 'renewal' and invoice_id is null",
    breaks: ["periods_follow_each_other"],
  },
  {
    what: "a payment that collects more than its invoice",
    sql: "update payment set amount_minor = amount_minor + 1 where status = 'pending'",
    breaks: ["invoice_has_one_payment"],
  },
  {
    what: "an invoice that is not paid though its payment succeeded",
    sql: `update invoice set status = 'open', amount_paid_minor = 0, paid_at = null where id = (${PAID})`,
    breaks: [
      "happenings_are_told_once",
      "invoice_has_one_payment",
      "payment_settles_its_invoice",
      "receivable_is_what_is_owed",
    ],
  },
  {
    what: "a paid invoice that does not know when it was paid",
    sql: `update invoice set paid_at = null where id = (${PAID})`,
    breaks: ["paid_invoice_is_paid_in_full"],
  },
  {
    what: "a payment that has forgotten an attempt",
    sql: "update payment set attempt_count = attempt_count - 1 where attempt_count > 1",
    breaks: ["attempts_are_counted"],
  },
  {
    what: "a payment whose charge is not in the rail's journal",
    sql: `update payment set rail_ref = 'pi_of_nobody_' || id where ${KEPT}`,
    breaks: ["payment_is_charged_once"],
  },
  {
    what: "a transfer that was dated back",
    sql: "update ledger_transfer set occurred_at = occurred_at - interval '1 day' where sequence = 1",
    breaks: ["chain_is_unbroken"],
  },
  {
    what: "a chain whose end was cut off",
    sql: `delete from ledger_transfer where source_type = 'invoice'
             and (customer_id, sequence) in (select customer_id, sequence from ledger_head)`,
    breaks: ["books_hold_invoices", "chain_is_unbroken", "receivable_is_what_is_owed"],
  },
  {
    what: "a head that is not the end",
    sql: "update ledger_head set sequence = sequence + 1",
    breaks: ["chain_is_unbroken"],
  },
  {
    what: "an invoice that the books hold with another amount",
    sql: "update ledger_transfer set amount_minor = amount_minor + 1 where credit_account = 'revenue'",
    breaks: ["books_hold_invoices", "chain_is_unbroken", "receivable_is_what_is_owed"],
  },
  {
    what: "credit that an invoice took and is not in the books",
    sql: "update invoice set credit_applied_minor = 0, amount_paid_minor = total_minor where credit_applied_minor > 0",
    breaks: ["books_hold_invoices", "payment_settles_its_invoice"],
  },
  {
    what: "a credit note of more than its lines",
    sql: "update credit_note_line set amount_minor = amount_minor + 1",
    breaks: ["credit_note_is_of_its_invoice"],
  },
  {
    what: "a credit note that promised another refund than was asked for",
    sql: "update refund set credit_note_id = null where credit_note_id is not null",
    breaks: ["credit_note_is_of_its_invoice"],
  },
  {
    what: "a credit note that went elsewhere by the books",
    sql: "update credit_note set balance_minor = 0, refund_minor = amount_minor where balance_minor > 0",
    breaks: ["books_hold_credit_notes", "credit_note_is_of_its_invoice"],
  },
  {
    what: "a credit note that is gone",
    sql: `with gone as (delete from credit_note where balance_minor > 0 returning id)
          delete from credit_note_line where credit_note_id in (select id from gone)`,
    breaks: [
      "books_hold_credit_notes",
      "credit_note_numbers_have_no_gap",
      "happenings_are_told_once",
    ],
  },
  {
    what: "a payment by hand of more than came",
    sql: "update manual_payment set amount_minor = amount_minor + 1 where surplus_minor > 0",
    breaks: ["books_hold_payments", "payment_settles_its_invoice"],
  },
  {
    what: "an invoice that was voided and is open again",
    sql: "update invoice set status = 'open' where status = 'void'",
    breaks: [
      "books_hold_invoices",
      "happenings_are_told_once",
      "invoice_has_one_payment",
      "receivable_is_what_is_owed",
    ],
  },
  {
    what: "credit that was used and never given",
    sql: `update ledger_transfer set credit_account = 'unapplied'
           where credit_account = 'customer_credit' and source_type = 'invoice'`,
    breaks: ["books_hold_invoices", "chain_is_unbroken", "credit_is_never_overdrawn"],
  },
  {
    what: "a payment that the books hold from another rail",
    sql: `update payment set rail = 'cash' where ${KEPT}`,
    breaks: ["books_hold_payments"],
  },
  {
    what: "a refund that is not in the rail's journal",
    sql: "update refund set rail_ref = 're_of_nobody_' || id where reason is null",
    breaks: ["refund_is_made_once"],
  },
  {
    what: "a refund that is gone",
    sql: "delete from refund where reason = 'paid_for_nothing'",
    breaks: ["books_hold_refunds", "refund_is_made_once"],
  },
  {
    what: "a refund that says that the bank returned it",
    sql: "update refund set status = 'failed' where status = 'succeeded'",
    breaks: ["books_hold_refunds"],
  },
  {
    what: "a refund of money that had come for nothing, booked as of what was earned",
    sql: `update ledger_transfer set debit_account = 'refunds'
           where source_type = 'refund' and debit_account = 'unapplied'`,
    breaks: ["books_hold_refunds", "chain_is_unbroken"],
  },
  {
    what: "a refund of a payment that nobody made",
    sql: "update refund set payment_id = payment_id + 1 where reason is null",
    breaks: ["books_hold_refunds", "refund_is_made_once"],
  },
  {
    what: "a dispute that was won, though the bank gave nothing back",
    sql: "update dispute set status = 'won' where status in ('open', 'lost')",
    breaks: ["books_hold_disputes"],
  },
  {
    what: "a dispute about another amount",
    sql: "update dispute set amount_minor = amount_minor - 1 where status = 'lost'",
    breaks: ["books_hold_disputes"],
  },
  {
    what: "a dispute that took money and is gone",
    sql: "delete from dispute where status = 'open'",
    breaks: ["books_hold_disputes", "happenings_are_told_once"],
  },
  {
    what: "an event that was never told",
    sql: "delete from event where type = 'subscription.created'",
    breaks: ["event_numbers_have_no_gap", "happenings_are_told_once"],
  },
  {
    what: "an invoice number that was left out",
    sql: "update invoice set number = number + 1000 where number = 2",
    breaks: ["invoice_numbers_have_no_gap"],
  },
  {
    what: "an invoice number that nobody took",
    sql: "update invoice_number set last_number = last_number - 1",
    breaks: ["invoice_numbers_have_no_gap"],
  },
  {
    what: "an event number that was given twice",
    sql: "update event set number = 1 where number = 2",
    breaks: ["event_numbers_have_no_gap"],
  },
];

test("everything holds that the product itself has written", async () => {
  expect(await brokenBy("select 1")).toEqual([]);
});

describe("what is tampered with is named, and nothing else", () => {
  test.each(tamperings)("$what: $breaks", async ({ sql, breaks }) => {
    expect(await brokenBy(sql)).toEqual(breaks);
  });

  test("a refund that was made twice", async () => {
    const twice: RailJournal = {
      ...journal,
      chargesOf: async (ids) =>
        (await journal.chargesOf(ids)).map((charge) => ({
          ...charge,
          refunds: charge.refunds.flatMap((back) =>
            back.madeFor === null ? [back] : [back, { ...back, ref: "re_again" }],
          ),
        })),
    };
    expect(await brokenBy("select 1", twice)).toEqual(["refund_is_made_once"]);
  });

  test("a payment that was charged twice", async () => {
    const twice: RailJournal = {
      ...journal,
      chargesOf: async (ids) => {
        const charges = await journal.chargesOf(ids);
        return [
          ...charges,
          ...charges.slice(0, 1).map((charge) => ({ ...charge, ref: "ch_again" })),
        ];
      },
    };
    expect(await brokenBy("select 1", twice)).toEqual(["payment_is_charged_once"]);
  });
});

test("each invariant is broken by something above", () => {
  expect(new Set(tamperings.flatMap(({ breaks }) => breaks))).toEqual(new Set(invariantNames));
});
