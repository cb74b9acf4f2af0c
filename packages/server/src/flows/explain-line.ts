import { BillingError } from "#kernel/error.ts";
import { formatOwnedId, type OwnedId } from "#kernel/ids.ts";
import {
  type Charge,
  chargesUpTo,
  type Evidence,
  type Explanation,
  explainLine,
  type Invoice,
  type InvoiceLine,
  type Used,
} from "#modules/invoices/domain/index.ts";
import { getInvoice, listCharges } from "#modules/invoices/index.ts";
import { type Meter, plainMeter } from "#modules/metering/domain/index.ts";
import {
  aggregateEventsOf,
  type EventPage,
  type EventsKey,
  listEventsOf,
  tallyEvents,
} from "#modules/metering/index.ts";
import { isPerEvent } from "#modules/rating/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";

export interface LineQuestion {
  readonly invoice: OwnedId;
  readonly lineNumber: number;
  /** Which page of the events behind the line; null is the first. */
  readonly cursor: string | null;
  readonly limit: number;
}

export interface ExplainedLine {
  readonly invoice: Invoice;
  readonly line: InvoiceLine;
  /** What the line measured; null on a line that measured nothing. */
  readonly meter: Meter | null;
  readonly explanation: Explanation;
  /** The events behind the line, page by page; null on a line that has none. */
  readonly events: EventPage | null;
}

/**
 * Shows how a line's amount came about, and computes it again: from the usage events themselves, not
 * from the counters that billed it, and a limit from the lines that it counts.
 */
export async function explainInvoiceLine(tx: Tx, question: LineQuestion): Promise<ExplainedLine> {
  const invoice = await getInvoice(tx, question.invoice);
  const line = invoice.lines.find(({ lineNumber }) => lineNumber === question.lineNumber);
  if (line === undefined) {
    throw new BillingError("invoice_line_not_found", {
      invoice: formatOwnedId("invoice", invoice),
      lines: invoice.lines.length,
    });
  }
  const behind = eventsBehind(invoice, line);
  const evidence = await evidenceOf(tx, invoice, line, behind);
  return {
    invoice,
    line,
    meter: behind?.meter ?? null,
    explanation: explainLine(line, invoice.currency, evidence),
    events: behind === null ? null : await listEventsOf(tx, behind, question),
  };
}

async function evidenceOf(
  tx: Tx,
  invoice: Invoice,
  line: InvoiceLine,
  behind: EventsKey | null,
): Promise<Evidence> {
  return {
    used: behind === null ? { quantity: 0n, events: null } : await usedBehind(tx, line, behind),
    charges: await chargesBehind(tx, invoice, line),
    invoiceNumber: invoice.number,
  };
}

/** A late line is the difference to what was billed before, so the earlier events count as well. */
async function usedBehind(tx: Tx, { computation }: InvoiceLine, behind: EventsKey): Promise<Used> {
  const { quantity } = await aggregateEventsOf(tx, behind, { earlierToo: true });
  if (computation.type !== "usage" || !isPerEvent(computation.model)) {
    return { quantity, events: null };
  }
  const [tally] = await tallyEvents(tx, [
    { ...behind, metric: behind.meter.metric, model: computation.model },
  ]);
  return { quantity, events: tally?.all ?? null };
}

/** What a limit counts: all that its period was charged when this invoice was numbered. */
async function chargesBehind(
  tx: Tx,
  { customerId, subscriptionId, number }: Invoice,
  { kind, period }: InvoiceLine,
): Promise<Charge[]> {
  if ((kind !== "minimum" && kind !== "maximum") || subscriptionId === null) return [];
  const key = { customerId, subscriptionId, periodStartMs: period.startMs };
  return chargesUpTo(await listCharges(tx, [key]), number);
}

function eventsBehind(invoice: Invoice, line: InvoiceLine): EventsKey | null {
  const { computation, metric, period } = line;
  const { customerId, subscriptionId } = invoice;
  if (computation.type !== "usage" || metric === null || subscriptionId === null) return null;
  return {
    customerId,
    subscriptionId,
    meter: computation.meter ?? plainMeter(metric),
    periodStartMs: period.startMs,
    closings: computation.closings,
  };
}
