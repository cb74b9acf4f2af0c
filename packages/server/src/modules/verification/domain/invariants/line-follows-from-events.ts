import { formatNanos } from "#kernel/nanos.ts";
import type { Finding } from "#modules/verification/domain/breach.ts";
import type { InvoiceFact, LineFact, UsageFact } from "#modules/verification/domain/facts.ts";
import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { groupBy, sumOf } from "#modules/verification/domain/matching.ts";
import { lineName, meterKey } from "#modules/verification/domain/names.ts";
import { invoiceByLine } from "./invoice-of-line.ts";

export const lineFollowsFromEvents: Invariant = {
  name: "line_follows_from_events",
  states: "A usage line was computed from the sum of the events that had come in by then.",
  find({ invoices, lines, usage }) {
    const invoiceOf = invoiceByLine(invoices);
    const events = groupBy(usage, meterKey);
    return lines.flatMap((line) => compare(line, invoiceOf(line), events));
  },
};

function compare(
  line: LineFact,
  invoice: InvoiceFact | undefined,
  events: ReadonlyMap<string, readonly UsageFact[]>,
): Finding[] {
  const { customerId, metric, period, computation } = line;
  const subscriptionId = invoice?.subscriptionId ?? null;
  // What other meters than sums billed is computed again by the explanation of the line.
  if (computation?.type !== "usage" || computation.meter !== null) return [];
  if (metric === null || subscriptionId === null) return [];
  const key = meterKey({ customerId, subscriptionId, metric, periodStartMs: period.startMs });
  const behind = (events.get(key) ?? []).filter(({ closings }) => closings <= computation.closings);
  const used = sumOf(behind, ({ quantity }) => quantity);
  const charged = computation.billedBefore + line.quantity;
  if (used === computation.used && used === charged) return [];
  return [
    {
      ...lineName(line),
      expected: `${formatNanos(used)} ${metric} used`,
      found: `computed from ${formatNanos(computation.used)}, of which ${formatNanos(charged)} are billed`,
    },
  ];
}
