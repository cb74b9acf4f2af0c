import { ownedKey } from "#kernel/ids.ts";
import type { Finding } from "#modules/verification/domain/breach.ts";
import type { InvoiceFact, LineFact } from "#modules/verification/domain/facts.ts";
import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { type Pair, pairs, sumOf } from "#modules/verification/domain/matching.ts";
import { invoiceName, lineName, minorText } from "#modules/verification/domain/names.ts";
import { invoiceKey } from "./invoice-of-line.ts";

export const invoiceIsSumOfLines: Invariant = {
  name: "invoice_is_sum_of_lines",
  states: "An invoice has lines, numbered from 1, and its total is their sum.",
  find: ({ invoices, lines }) => pairs(invoices, ownedKey, lines, invoiceKey).flatMap(compare),
};

function compare({ left: [invoice], right: lines }: Pair<InvoiceFact, LineFact>): Finding[] {
  if (invoice === undefined) {
    return lines.map((line) => ({ ...lineName(line), expected: "an invoice", found: "none" }));
  }
  const { currency, totalMinor } = invoice;
  const sum = sumOf(lines, (line) => line.amountMinor);
  const numbers = new Set(lines.map((line) => line.lineNumber));
  const isNumbered = lines.every((_, index) => numbers.has(index + 1));
  if (sum === totalMinor && lines.length > 0 && isNumbered) return [];
  return [
    {
      ...invoiceName(invoice),
      expected: `${minorText(totalMinor, currency)} on lines from 1 on`,
      found: `${minorText(sum, currency)} on lines ${[...numbers].join(", ") || "that are missing"}`,
    },
  ];
}
