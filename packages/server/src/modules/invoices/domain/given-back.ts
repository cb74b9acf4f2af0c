import { sumMinor } from "#kernel/money.ts";
import { amountRemainingMinor, type Invoice } from "./invoice.ts";

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
  /** What credit notes took back and promised through rails, and did not go: its refund failed. */
  readonly owedBackMinor: bigint;
}

/**
 * What credit notes promised through rails against what went back there. A note's refund that failed and
 * was made again by hand counts once: the promise is what it keeps, until then it is owed.
 */
export function againstPromises(
  returnedMinor: bigint,
  promisedMinor: bigint,
): Pick<GivenBack, "unnotedMinor" | "owedBackMinor"> {
  const beyondMinor = returnedMinor - promisedMinor;
  return beyondMinor > 0n
    ? { unnotedMinor: beyondMinor, owedBackMinor: 0n }
    : { unnotedMinor: 0n, owedBackMinor: -beyondMinor };
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

/**
 * What of an invoice may still go back through rails: what it kept, and what a note promised and failed
 * to give, less what nobody has paid yet.
 */
export function returnableMinor(invoice: Invoice, givenBack: GivenBack): bigint {
  const owedMinor = keptMinor(invoice, givenBack) + givenBack.owedBackMinor;
  const paidMinor = owedMinor - amountRemainingMinor(invoice);
  return paidMinor > 0n ? paidMinor : 0n;
}

function givenBackMinor({ lines, unnotedMinor: unnoted }: GivenBack): bigint {
  return sumMinor(lines.map(({ amountMinor }) => amountMinor)) + unnoted;
}
