import { ownedKey } from "#kernel/ids.ts";
import { formatNanos } from "#kernel/nanos.ts";
import type { Finding } from "#modules/verification/domain/breach.ts";
import type { CounterFact, Facts, LineFact, MeterKey } from "#modules/verification/domain/facts.ts";
import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { type Pair, pairs, sumOf } from "#modules/verification/domain/matching.ts";
import { counterName, meterKey } from "#modules/verification/domain/names.ts";
import { invoiceByLine, subscriptionKey } from "./invoice-of-line.ts";

export const counterKnowsWhatWasBilled: Invariant = {
  name: "counter_knows_what_was_billed",
  states: "What a counter holds as billed stands on invoice lines, unless it counted a trial.",
  find: (facts) =>
    pairs(chargedCounters(facts), meterKey, billedLines(facts), meterKey).flatMap(compare),
};

/** What a trial used is on no invoice. */
function chargedCounters({ subscriptions, counters }: Facts): CounterFact[] {
  const trialEnds = new Map(
    subscriptions.map((subscription) => [ownedKey(subscription), subscription.trialEndMs]),
  );
  return counters.filter((counter) => {
    const trialEndMs = trialEnds.get(subscriptionKey(counter)) ?? null;
    return trialEndMs === null || counter.periodStartMs >= trialEndMs;
  });
}

type BilledLine = LineFact & MeterKey;

function billedLines({ invoices, lines }: Facts): BilledLine[] {
  const invoiceOf = invoiceByLine(invoices);
  return lines.flatMap((line) => {
    const subscriptionId = invoiceOf(line)?.subscriptionId ?? null;
    if (line.metric === null || subscriptionId === null) return [];
    const { metric, period } = line;
    return [{ ...line, metric, subscriptionId, periodStartMs: period.startMs }];
  });
}

function compare({ left: [counter], right: lines }: Pair<CounterFact, BilledLine>): Finding[] {
  const named = counter ?? lines[0];
  const billed = sumOf(lines, (line) => line.quantity);
  const counted = counter?.billedQuantity ?? 0n;
  if (named === undefined || counted === billed) return [];
  return [
    {
      ...counterName(named),
      expected: `${formatNanos(billed)} billed`,
      found: `${formatNanos(counted)} billed`,
    },
  ];
}
