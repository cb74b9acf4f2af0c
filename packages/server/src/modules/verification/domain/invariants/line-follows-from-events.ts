import { groupBy } from "#kernel/group-by.ts";
import { formatAttos, formatNanos } from "#kernel/nanos.ts";
import { NO_EVENTS } from "#modules/metering/domain/index.ts";
import type { EventTally } from "#modules/rating/domain/index.ts";
import type { Finding } from "#modules/verification/domain/breach.ts";
import type {
  InvoiceFact,
  LineFact,
  MeteredFact,
  TallyFact,
} from "#modules/verification/domain/facts.ts";
import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { lineName, meterKey } from "#modules/verification/domain/names.ts";
import { shownOf } from "#modules/verification/domain/shown.ts";
import { invoiceByLine } from "./invoice-of-line.ts";

export const lineFollowsFromEvents: Invariant = {
  name: "line_follows_from_events",
  states:
    "A usage line was computed from what its meter makes of the events that had come in by then.",
  find({ invoices, lines, metered, tallies }) {
    const invoiceOf = invoiceByLine(invoices);
    const events = groupBy(metered, meterKey);
    const tallied = new Map(tallies.map((tally) => [lineKey(tally), tally]));
    return lines.flatMap((line) => [
      ...compare(line, invoiceOf(line), events),
      ...compareTally(line, tallied.get(lineKey(line))),
    ]);
  },
};

function compare(
  line: LineFact,
  invoice: InvoiceFact | undefined,
  events: ReadonlyMap<string, readonly MeteredFact[]>,
): Finding[] {
  const { customerId, metric, period, computation } = line;
  const subscriptionId = invoice?.subscriptionId ?? null;
  if (computation?.type !== "usage" || metric === null || subscriptionId === null) return [];
  const key = meterKey({ customerId, subscriptionId, metric, periodStartMs: period.startMs });
  const behind = (events.get(key) ?? []).filter(({ closings }) => closings <= computation.closings);
  const { quantity: used } = shownOf(behind);
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

function compareTally(line: LineFact, tally: TallyFact | undefined): Finding[] {
  const { computation } = line;
  if (computation?.type !== "usage" || tally === undefined) return [];
  const expected = talliesText(tally.all, tally.before);
  // A line for what came in time knows of none before.
  const found = talliesText(computation.events, computation.eventsBefore ?? NO_EVENTS);
  return expected === found ? [] : [{ ...lineName(line), expected, found }];
}

function talliesText(all: EventTally | null, before: EventTally): string {
  return all === null ? "no events" : `${tallyText(all)}, of which ${tallyText(before)} before`;
}

function tallyText({ count, fees }: EventTally): string {
  return `${formatNanos(count)} events of ${formatAttos(fees)}`;
}

function lineKey({ customerId, invoiceId, lineNumber }: LineFact | TallyFact): string {
  return `${customerId}:${invoiceId}:${lineNumber}`;
}
