import { sumMinor } from "#kernel/money.ts";
import type { Invoice } from "./invoice.ts";

/** What is or was taken back of a line of an invoice. */
export interface CreditedLine {
  readonly lineNumber: number;
  readonly amountMinor: bigint;
}

/** What was given back of an invoice so far, by whichever way. */
export interface GivenBack {
  /** Of its lines: by credit notes, and by the credit lines of later invoices. */
  readonly lines: readonly CreditedLine[];
  /** What went back through rails and no credit note took back: a refund alone, a dispute. */
  readonly unnotedMinor: bigint;
}

/**
 * What went back through rails beyond what credit notes promised. A note's refund that failed and was
 * made again by hand counts once: the promise is what it keeps.
 */
export function unnotedMinor(returnedMinor: bigint, promisedMinor: bigint): bigint {
  return returnedMinor > promisedMinor ? returnedMinor - promisedMinor : 0n;
}

/** What each line of an invoice has left. A line of less than nothing has that. */
export function linesLeft({ lines }: Invoice, givenBack: GivenBack): CreditedLine[] {
  const taken = new Map<number, bigint>();
  for (const { lineNumber, amountMinor } of givenBack.lines) {
    taken.set(lineNumber, (taken.get(lineNumber) ?? 0n) + amountMinor);
  }
  return lines.map(({ lineNumber, amountMinor }) => ({
    lineNumber,
    amountMinor: amountMinor - (taken.get(lineNumber) ?? 0n),
  }));
}

/** What a credit note may still take back of an invoice: never more than its total, in whatever ways. */
export function creditableMinor(invoice: Invoice, givenBack: GivenBack): bigint {
  return invoice.totalMinor - givenBackMinor(givenBack);
}

/**
 * What an invoice charged and nobody gave back. What it credits of other invoices has paid of it, so
 * that this may be more than its total.
 */
export function keptMinor({ lines }: Invoice, givenBack: GivenBack): bigint {
  const charged = lines.filter(({ kind }) => kind !== "credit");
  return sumMinor(charged.map(({ amountMinor }) => amountMinor)) - givenBackMinor(givenBack);
}

function givenBackMinor({ lines, unnotedMinor: unnoted }: GivenBack): bigint {
  return sumMinor(lines.map(({ amountMinor }) => amountMinor)) + unnoted;
}
