import { groupBy } from "#kernel/group-by.ts";
import {
  type Charge,
  type Computation,
  chargesUpTo,
  explainLine,
  type Used,
} from "#modules/invoices/domain/index.ts";
import type { Finding } from "#modules/verification/domain/breach.ts";
import type { InvoiceFact, LineFact } from "#modules/verification/domain/facts.ts";
import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { lineName, minorText } from "#modules/verification/domain/names.ts";
import { invoiceByLine } from "./invoice-of-line.ts";

export const lineRecomputes: Invariant = {
  name: "line_recomputes",
  states: "An invoice line comes to its amount when its stored computation is done again.",
  find({ invoices, lines }) {
    const invoiceOf = invoiceByLine(invoices);
    const charges = groupBy(
      lines.flatMap((line) => chargeOf(line, invoiceOf(line))),
      periodKey,
    );
    return lines.flatMap((line) => {
      const invoice = invoiceOf(line);
      // A line without its invoice is another invariant's breach.
      if (invoice === undefined) return [];
      return compare(line, invoice, charges.get(periodOfLine(line, invoice)) ?? []);
    });
  },
};

function compare(line: LineFact, invoice: InvoiceFact, charges: readonly Charge[]): Finding[] {
  const found = minorText(line.amountMinor, invoice.currency);
  const recomputed = recomputedMinor(line, invoice, charges);
  if (recomputed === null) {
    return [{ ...lineName(line), expected: "a computation that can be done again", found }];
  }
  if (recomputed === line.amountMinor) return [];
  return [{ ...lineName(line), expected: minorText(recomputed, invoice.currency), found }];
}

/** Null where what is stored cannot be read or computed: somebody may have written anything over it. */
function recomputedMinor(
  { computation, ...line }: LineFact,
  { currency, number }: InvoiceFact,
  charges: readonly Charge[],
): bigint | null {
  if (computation === null) return null;
  const evidence = {
    used: usedIn(computation),
    charges: chargesUpTo(charges, number),
    invoiceNumber: number,
  };
  try {
    return explainLine({ ...line, computation }, currency, evidence).recomputedMinor;
  } catch {
    return null;
  }
}

function usedIn(computation: Computation): Used {
  if (computation.type !== "usage") return { quantity: 0n, events: null };
  return { quantity: computation.used, events: computation.events };
}

function chargeOf(line: LineFact, invoice: InvoiceFact | undefined): Charge[] {
  const subscriptionId = invoice?.subscriptionId ?? null;
  if (invoice === undefined || subscriptionId === null) return [];
  const { period, ...charge } = line;
  const { number: invoiceNumber, voidSinceNumber } = invoice;
  const periodStartMs = period.startMs;
  return [{ ...charge, subscriptionId, invoiceNumber, voidSinceNumber, periodStartMs }];
}

function periodKey(charge: Charge): string {
  return `${charge.customerId}:${charge.subscriptionId}:${charge.periodStartMs}`;
}

function periodOfLine({ customerId, period }: LineFact, { subscriptionId }: InvoiceFact): string {
  return `${customerId}:${subscriptionId}:${period.startMs}`;
}
