import type { Sold } from "#flows/sold-terms.ts";
import { present } from "#kernel/assert.ts";
import type { EpochMs } from "#kernel/clock.ts";
import { nanosToMinorExactly, sumMinor } from "#kernel/money.ts";
import { flatPrices } from "#modules/catalog/domain/index.ts";
import type { DraftInvoice, DraftLine } from "#modules/invoices/domain/index.ts";
import type { Impact } from "#modules/plan-migrations/domain/index.ts";

/** What a move changes of what a period costs, and what its own invoice gives back and charges. */
export function impactOf(
  before: Sold,
  after: Sold,
  invoice: DraftInvoice | null,
  atMs: EpochMs,
): Omit<Impact, "usage"> {
  const lines = invoice?.lines ?? [];
  const credits = lines.filter(({ kind }) => kind === "credit");
  const rest = lines.filter(({ kind }) => kind !== "credit");
  const isForTimeToCome = ({ period }: DraftLine) => period.endMs > atMs;
  return {
    currency: after.plan.currency,
    beforeMinor: recurringMinor(before),
    afterMinor: recurringMinor(after),
    creditedMinor: amountOf(credits),
    chargedMinor: amountOf(rest.filter(isForTimeToCome)),
    accruedMinor: amountOf(rest.filter((line) => !isForTimeToCome(line))),
  };
}

/** Flat prices of a whole period, in advance and in arrears, for what is billed from now on. */
function recurringMinor({ items }: Sold): bigint {
  return sumMinor(
    items.flatMap(({ version, billable }) =>
      [...flatPrices(version, "advance"), ...flatPrices(version, "arrears")].map(
        ({ amount }) =>
          billable *
          present(nanosToMinorExactly(amount, version.currency), "a flat price can be charged"),
      ),
    ),
  );
}

function amountOf(lines: readonly DraftLine[]): bigint {
  return sumMinor(lines.map(({ amountMinor }) => amountMinor));
}
