import { expect, test } from "vitest";
import { invoiceNumbers, type NumberSpan, wrongNumbers } from "./index.ts";

const whole: NumberSpan = {
  after: 0n,
  upTo: 3n,
  count: 3n,
  distinctCount: 3n,
  firstMissing: null,
  firstDouble: null,
};

test.each([
  { span: whole, because: "1, 2 and 3 are there" },
  { span: { ...whole, upTo: 0n, count: 0n, distinctCount: 0n }, because: "none was taken" },
  { span: { ...whole, after: 5n, upTo: 8n }, because: "a part of the series is a series" },
])("nothing is wrong when $because", ({ span }) => {
  expect(wrongNumbers(invoiceNumbers, "2", span)).toEqual([]);
});

test.each([
  {
    span: { ...whole, count: 2n, distinctCount: 2n, firstMissing: 2n },
    found: "2 with 2 numbers, 2 is missing",
  },
  {
    span: { ...whole, count: 3n, distinctCount: 2n, firstMissing: 3n, firstDouble: 2n },
    found: "3 with 2 numbers, 3 is missing, 2 is there twice",
  },
  { span: { ...whole, firstMissing: 2n }, found: "3 with 3 numbers, 2 is missing" },
  { span: { ...whole, upTo: 2n }, found: "3 with 3 numbers" },
])("what is wrong is named: $found", ({ span, found }) => {
  expect(wrongNumbers(invoiceNumbers, "2", span)).toMatchObject([
    { invariant: "invoice_numbers_have_no_gap", kind: "project", id: "2", found },
  ]);
});
