import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sumMinor } from "#kernel/money.ts";
import { issuedOf, lineOf } from "#test/support/builders/issued-invoice.ts";
import {
  type CreditedLine,
  type CreditFacts,
  type CreditNotePlan,
  planCreditNote,
} from "./index.ts";

const lines = [lineOf(1, 60n), lineOf(2, 40n)];
const paid = issuedOf({ status: "paid", amountPaidMinor: 100n, lines });
const back = (of: readonly CreditedLine[]) => ({ lines: of, unnotedMinor: 0n, owedBackMinor: 0n });
const facts = { invoice: paid, givenBack: back([]), refundableMinor: 100n };
const open = { ...facts, invoice: issuedOf({ lines }), refundableMinor: 0n };

const all = { what: { amountMinor: null }, to: "balance" } as const;
const amount = (amountMinor: bigint) => ({ ...all, what: { amountMinor } });
const line = (lineNumber: number, amountMinor: bigint) => ({ lineNumber, amountMinor });
const wheres = ({ dueMinor, balanceMinor, refundMinor }: CreditNotePlan) => [
  dueMinor,
  balanceMinor,
  refundMinor,
];

describe("where a note goes: off what is due, to the balance, back", () => {
  const partly = { ...open, invoice: issuedOf({ lines, amountPaidMinor: 70n }) };
  const withCredit = {
    ...facts,
    invoice: { ...paid, creditAppliedMinor: 50n, amountPaidMinor: 50n },
    refundableMinor: 50n,
  };
  test.each([
    { facts, to: "balance", of: 100n, goes: [0n, 100n, 0n], because: "it was paid" },
    { facts, to: "refund", of: 30n, goes: [0n, 0n, 30n], because: "it was paid by card" },
    { facts: open, to: "balance", of: 30n, goes: [30n, 0n, 0n], because: "nothing was paid" },
    { facts: open, to: "refund", of: 30n, goes: [30n, 0n, 0n], because: "nothing goes back" },
    { facts: partly, to: "balance", of: 50n, goes: [30n, 20n, 0n], because: "30 are due still" },
    { facts: withCredit, to: "refund", of: 50n, goes: [0n, 0n, 50n], because: "so much was paid" },
    { facts: withCredit, to: "balance", of: 100n, goes: [0n, 100n, 0n], because: "credit it was" },
  ] as const)("$of to $to: $goes, $because", ({ facts: known, to, of, goes }) => {
    expect(wheres(planCreditNote(known, { what: { amountMinor: of }, to }))).toEqual(goes);
  });
});

describe("which lines a note takes back", () => {
  test.each([
    { asked: amount(50n), before: [], takes: [line(1, 30n), line(2, 20n)] },
    { asked: amount(1n), before: [], takes: [line(1, 1n)] },
    { asked: all, before: [], takes: [line(1, 60n), line(2, 40n)] },
    { asked: all, before: [line(1, 60n)], takes: [line(2, 40n)] },
    { asked: { ...all, what: { lines: [line(2, 7n)] } }, before: [], takes: [line(2, 7n)] },
    {
      asked: { ...all, what: { lines: [line(2, 7n), line(2, 8n)] } },
      before: [],
      takes: [line(2, 15n)],
    },
  ])("$asked.what, after $before: $takes", ({ asked, before, takes }) => {
    expect(planCreditNote({ ...facts, givenBack: back(before) }, asked).lines).toEqual(takes);
  });
});

describe("a note is refused", () => {
  const refusal = (known: CreditFacts, asked: Parameters<typeof planCreditNote>[1]) => {
    try {
      planCreditNote(known, asked);
      return "taken";
    } catch (error) {
      const { code, details } = error as { code: string; details: object };
      return { code, ...details };
    }
  };
  const credited = { ...facts, givenBack: back([line(1, 50n)]) };
  const returned = { ...facts, givenBack: { lines: [], unnotedMinor: 30n, owedBackMinor: 0n } };
  const below = { ...facts, invoice: { ...paid, lines: [lineOf(1, -5n)], totalMinor: -5n } };
  test.each([
    { because: "of more than the invoice", known: facts, asked: amount(101n), left: "1.00" },
    { because: "of more than is left", known: credited, asked: amount(51n), left: "0.50" },
    { because: "of what went back alone", known: returned, asked: amount(71n), left: "0.70" },
    { because: "of nothing left", known: below, asked: all, left: "0.00" },
    {
      because: "of more than a line has left",
      known: credited,
      asked: { ...all, what: { lines: [line(1, 11n)] } },
      left: "0.10",
    },
    {
      because: "of a line twice, together too much",
      known: facts,
      asked: { ...all, what: { lines: [line(2, 21n), line(2, 20n)] } },
      left: "0.40",
    },
  ])("$because", ({ known, asked, left }) => {
    expect(refusal(known, asked)).toMatchObject({
      code: "credit_note_too_large",
      creditable: left,
    });
  });

  test("of a line there is not, of an invoice that is void, and of what no card paid", () => {
    const nobody = { ...all, what: { lines: [line(3, 1n)] } };
    expect(refusal(facts, nobody)).toMatchObject({ code: "invoice_line_not_found" });
    const isVoid = { ...open, invoice: issuedOf({ status: "void" }) };
    expect(refusal(isVoid, all)).toMatchObject({ code: "invoice_transition_refused", allowed: [] });
    const returning = { ...amount(50n), to: "refund" } as const;
    expect(refusal({ ...facts, refundableMinor: 20n }, returning)).toMatchObject({
      code: "refund_too_large",
      refundable: "0.20",
    });
  });
});

test("notes of any size take back each line once, and all of the invoice in the end", () => {
  const sizes = fc.array(fc.bigInt({ min: 1n, max: 400n }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(sizes, sizes, (amounts, asked) => {
      const items = amounts.map((minor, index) => lineOf(index + 1, minor));
      const totalMinor = sumMinor(amounts);
      const invoice = issuedOf({
        status: "paid",
        amountPaidMinor: totalMinor,
        totalMinor,
        lines: items,
      });
      let before: readonly CreditedLine[] = [];
      for (const amountMinor of asked) {
        const left = totalMinor - sumMinor(before.map((one) => one.amountMinor));
        if (left === 0n) break;
        const part = amountMinor < left ? amountMinor : left;
        const known = { invoice, givenBack: back(before), refundableMinor: 0n };
        before = [...before, ...planCreditNote(known, amount(part)).lines];
      }
      return items.every(({ lineNumber, amountMinor }) => {
        const taken = before.filter((one) => one.lineNumber === lineNumber);
        return sumMinor(taken.map((one) => one.amountMinor)) <= amountMinor;
      });
    }),
  );
});
