import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseId } from "#kernel/ids.ts";
import { verifyProject } from "#modules/verification/index.ts";
import { createTestApp, type Json, type TestApp } from "#test/support/app.ts";
import { type Customer, flat, type Membership, type Story, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
let plans: string[];
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
  const more = {
    change_policy: { payment_gated: false, upgrade: "now_prorated", downgrade: "now_prorated" },
    unused_time: { on_pause: "credit" },
  };
  plans = [];
  for (const fee of ["30.00", "70.00", "10.00"]) {
    plans.push(await story.publish([flat(fee, "advance")], { name: fee, ...more }));
  }
});
afterAll(() => shop.stop());

interface Life {
  readonly ada: Customer;
  readonly subscription: Membership;
}

const post = (path: string, body: object) => shop.call("POST", path, { body });

/** What gives money back, or lets it be given back. Each may be refused; none may give too much. */
const acts: Readonly<Record<string, (life: Life, size: number) => Promise<unknown>>> = {
  async note({ ada }, size) {
    const bills = await ada.bills();
    const invoice = bills[size % bills.length];
    const amount = `${(size % 40) + 1}.50`;
    const to = size % 2 === 0 ? "balance" : "refund";
    return post(`/v1/invoices/${invoice?.id}/credit_notes`, { amount, reason: "Sorry", to });
  },
  async refund({ ada }, size) {
    const { data } = (await shop.call("GET", `/v1/payments?customer=${ada.id}`)).body;
    return post(`/v1/payments/${data[size % data.length].id}/refunds`, {
      amount: `${size % 25}.25`,
    });
  },
  change: ({ subscription }, size) =>
    subscription.asks("change", { plan: plans[size % plans.length] }),
  async pause({ subscription }, size) {
    await subscription.asks(size % 2 === 0 ? "pause" : "resume");
  },
  cancel: ({ subscription }, size) =>
    subscription.cancels("now", { unused: size % 2 === 0 ? "credit" : "refund" }),
};

/** What of each line and of each invoice was given back beyond what it charged or what was paid of it. */
async function givenTooMuch({ ada }: Life): Promise<Json[]> {
  return shop.app.db.inProject(shop.projectIds.sandbox, (tx) =>
    tx.query<Json>(
      `with back as (
         select note.invoice_id, line.line_number, line.amount_minor
           from credit_note as note
           join credit_note_line as line on line.customer_id = note.customer_id
                                        and line.credit_note_id = note.id
          where note.customer_id = $1
         union all
         select (line.computation->>'invoice')::bigint, (line.computation->>'line')::int,
                -line.amount_minor
           from invoice_line as line where line.customer_id = $1 and line.kind = 'credit'),
       alone as (
         select payment.invoice_id, sum(refund.amount_minor) as amount_minor
           from refund join payment on payment.customer_id = refund.customer_id
                                   and payment.id = refund.payment_id
          where refund.customer_id = $1 and refund.credit_note_id is null
            and refund.status <> 'failed' group by payment.invoice_id)
       select 'line' as what, line.invoice_id, line.line_number
         from invoice_line as line where line.customer_id = $1 and line.kind <> 'credit'
          and line.amount_minor < (select sum(amount_minor) from back
                                    where back.invoice_id = line.invoice_id
                                      and back.line_number = line.line_number)
       union all
       select 'invoice', invoice.id, null
         from invoice where invoice.customer_id = $1
          and (select sum(amount_minor) from invoice_line as line
                where line.customer_id = $1 and line.invoice_id = invoice.id
                  and line.kind <> 'credit')
            - (invoice.total_minor - invoice.credit_applied_minor - invoice.credited_minor
               - invoice.amount_paid_minor)
            < coalesce((select sum(amount_minor) from back where back.invoice_id = invoice.id), 0)
            + coalesce((select amount_minor from alone where alone.invoice_id = invoice.id), 0)`,
      [parseId("customer", ada.id)],
    ),
  );
}

test("in any order, of no line and of no invoice more is given back than was paid", async () => {
  const day = 24 * 3_600_000;
  const act = fc.record({
    name: fc.constantFrom("note", "refund", "change", "change", "pause"),
    size: fc.nat({ max: 99 }),
    days: fc.nat({ max: 9 }),
  });
  const life = fc.array(act, { minLength: 6, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(life, fc.nat({ max: 1 }), async (played, ending) => {
      const ada = await story.welcome();
      const one = { ada, subscription: await ada.subscribes(plans[0] ?? "") };
      await shop.settle();
      let nowMs = Date.UTC(2026, 0, 1);
      for (const { name, size, days } of [...played, { name: "cancel", size: ending, days: 1 }]) {
        nowMs += days * day;
        if (days > 0) await ada.livesUntil(new Date(nowMs).toISOString());
        await acts[name]?.(one, size);
      }
      expect(await givenTooMuch(one)).toEqual([]);
    }),
    { numRuns: 8 },
  );
  const { breaches } = await verifyProject(shop.app.db, shop.projectIds.sandbox);
  expect(breaches).toEqual([]);
});
