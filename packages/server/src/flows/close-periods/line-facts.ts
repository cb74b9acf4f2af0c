import { soldAt } from "#flows/sold-terms.ts";
import { groupBy } from "#kernel/group-by.ts";
import { ownedKey } from "#kernel/ids.ts";
import { hasSpendLimits, perEventModel } from "#modules/catalog/domain/index.ts";
import { type Charge, chargesUpTo } from "#modules/invoices/domain/index.ts";
import { listCharges } from "#modules/invoices/index.ts";
import { tallyEvents } from "#modules/metering/index.ts";
import type { Tx } from "#platform/db/database.ts";
import type { LineFacts } from "./period-lines.ts";

type Counted = Omit<LineFacts, "charges">;

/**
 * Adds what only some plans ask for: what the events come to one by one, and what was charged for the
 * periods before. Each is one statement for the whole batch, and none where no plan asks.
 */
export async function withPlanFacts(tx: Tx, counted: readonly Counted[]): Promise<LineFacts[]> {
  const tallied = await withTallies(tx, counted);
  const charges = await chargesOf(tx, tallied);
  return tallied.map((facts) => ({
    ...facts,
    charges: charges.get(ownedKey(facts.subscription)) ?? [],
  }));
}

async function withTallies(tx: Tx, counted: readonly Counted[]): Promise<readonly Counted[]> {
  const asked = counted.flatMap(({ counters, ...sold }) =>
    counters.flatMap((counter) => {
      const model = perEventModel(soldAt(sold, counter.periodStartMs).plan, counter.meter);
      return model === null ? [] : [{ counter, model }];
    }),
  );
  if (asked.length === 0) return counted;
  const tallies = await tallyEvents(
    tx,
    // What is priced by the event is measured plainly, under its metric's name.
    asked.map(({ counter, model }) => ({ ...counter, metric: counter.meter, model })),
  );
  const tallied = new Map(
    asked.map(({ counter }, index) => {
      const tally = tallies[index];
      return [counter, tally === undefined ? counter : { ...counter, tally }];
    }),
  );
  return counted.map((facts) => ({
    ...facts,
    counters: facts.counters.map((counter) => tallied.get(counter) ?? counter),
  }));
}

/**
 * What counts for the limits of an invoice that is made now, by `ownedKey` of the subscription. What a
 * change awaits is a proposal, and void as soon as a period of it is closed.
 */
async function chargesOf(tx: Tx, counted: readonly Counted[]): Promise<Map<string, Charge[]>> {
  const periods = counted
    .filter(({ plan, past }) => [plan, ...past.map((sold) => sold.plan)].some(hasSpendLimits))
    .flatMap(({ subscription, counters }) => {
      const { customerId, id: subscriptionId, period } = subscription;
      const starts = new Set(counters.map(({ periodStartMs }) => periodStartMs));
      if (period !== null) starts.add(period.startMs);
      return [...starts].map((periodStartMs) => ({ customerId, subscriptionId, periodStartMs }));
    });
  const proposals = new Set(
    counted.flatMap(({ subscription: { customerId, awaitedChange } }) =>
      awaitedChange === null ? [] : [ownedKey({ customerId, id: awaitedChange.invoiceId })],
    ),
  );
  const charges = chargesUpTo(await listCharges(tx, periods), null).filter(
    ({ customerId, invoiceId: id }) => !proposals.has(ownedKey({ customerId, id })),
  );
  return groupBy(charges, ({ customerId, subscriptionId: id }) => ownedKey({ customerId, id }));
}
