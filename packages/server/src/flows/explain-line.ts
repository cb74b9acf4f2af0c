import { BillingError } from "#kernel/error.ts";
import { formatOwnedId, type OwnedId } from "#kernel/ids.ts";
import {
  type Explanation,
  explainLine,
  type Invoice,
  type InvoiceLine,
} from "#modules/invoices/domain/index.ts";
import { getInvoice } from "#modules/invoices/index.ts";
import {
  type EventPage,
  type EventsKey,
  listEventsOf,
  sumEventsOf,
} from "#modules/metering/index.ts";
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
  readonly explanation: Explanation;
  /** The events behind the line, page by page; null on a line that has none. */
  readonly events: EventPage | null;
}

/**
 * Shows how a line's amount came about, and computes it again from the usage events themselves, not
 * from the counters that billed it.
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
  if (behind === null) {
    return { invoice, line, events: null, explanation: explainLine(line, invoice.currency, 0n) };
  }
  // A late line is the difference to what was billed before, so the earlier events count as well.
  const { quantity } = await sumEventsOf(tx, behind, { earlierToo: true });
  return {
    invoice,
    line,
    explanation: explainLine(line, invoice.currency, quantity),
    events: await listEventsOf(tx, behind, question),
  };
}

function eventsBehind(invoice: Invoice, line: InvoiceLine): EventsKey | null {
  const { computation, metric, period } = line;
  const { customerId, subscriptionId } = invoice;
  if (computation.type !== "usage" || metric === null || subscriptionId === null) return null;
  return {
    customerId,
    subscriptionId,
    metric,
    periodStartMs: period.startMs,
    closings: computation.closings,
  };
}
