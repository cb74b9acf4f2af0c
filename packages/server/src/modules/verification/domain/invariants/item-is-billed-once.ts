import { ownedKey } from "#kernel/ids.ts";
import { formatNanos } from "#kernel/nanos.ts";
import type { Finding } from "#modules/verification/domain/breach.ts";
import type { BilledItemFact, LineFact } from "#modules/verification/domain/facts.ts";
import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { type Pair, pairs } from "#modules/verification/domain/matching.ts";
import { invoiceItemName, lineName } from "#modules/verification/domain/names.ts";
import { invoiceByLine } from "./invoice-of-line.ts";

/** A line that says which pending item it billed. */
interface ItemLine extends LineFact {
  readonly itemId: bigint;
}

export const itemIsBilledOnce: Invariant = {
  name: "item_is_billed_once",
  states:
    "An invoice item that is billed is one line of its customer's invoices, the one that it names and no other, at its own quantity, amount and currency.",
  find({ billedItems, lines, invoices }) {
    const invoiceOf = invoiceByLine(invoices);
    const billing = lines.flatMap(itemLineOf);
    return pairs(billedItems, ownedKey, billing, itemKey).flatMap((pair) =>
      compare(pair, (line) => invoiceOf(line)?.currency),
    );
  },
};

function itemLineOf(line: LineFact): ItemLine[] {
  const { computation } = line;
  const itemId = computation?.type === "one_off" ? computation.itemId : null;
  return itemId === null ? [] : [{ ...line, itemId }];
}

function itemKey({ customerId, itemId }: ItemLine): string {
  return ownedKey({ customerId, id: itemId });
}

function compare(
  { left: [item], right: lines }: Pair<BilledItemFact, ItemLine>,
  currencyOf: (line: LineFact) => string | undefined,
): Finding[] {
  if (item === undefined) {
    return lines.map((line) => ({ ...lineName(line), expected: "an item", found: "none" }));
  }
  const [line, ...others] = lines;
  const isOwn = line !== undefined && others.length === 0 && isLineOf(item, line);
  if (isOwn && currencyOf(line) === item.currency) return [];
  const { quantity, unitAmount, currency } = item;
  return [
    {
      ...invoiceItemName(item),
      expected: `one line of ${formatNanos(quantity)} × ${formatNanos(unitAmount)} ${currency}, as it names it`,
      found: lines.map((found) => lineName(found).id).join(", ") || "no line",
    },
  ];
}

function isLineOf(item: BilledItemFact, { computation, ...line }: ItemLine): boolean {
  return (
    computation?.type === "one_off" &&
    line.invoiceId === item.invoiceId &&
    line.lineNumber === item.lineNumber &&
    computation.quantity === item.quantity &&
    computation.unitAmount === item.unitAmount
  );
}
