import { isoInstant } from "#kernel/clock.ts";
import { groupBy } from "#kernel/group-by.ts";
import type { InvoiceFact } from "#modules/verification/domain/facts.ts";
import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { invoiceName } from "#modules/verification/domain/names.ts";

export const periodIsBilledOnce: Invariant = {
  name: "period_is_billed_once",
  states: "A period of a subscription is billed once for each reason but a change.",
  find: ({ invoices }) =>
    [...groupBy(invoices.filter(isBilled), periodKey).values()]
      .filter(([, second]) => second !== undefined)
      .flatMap(([first, ...others]) =>
        others.map((invoice) => ({
          ...invoiceName(invoice),
          expected: `one ${invoice.reason} invoice for the period from ${isoInstant(invoice.period.startMs)}`,
          found: `another one: ${first === undefined ? "" : invoiceName(first).id}`,
        })),
      ),
};

/**
 * A term that was not paid for was not bought, and may be bought again; of changes there may be several
 * at an instant, each made by itself.
 */
function isBilled({ reason, status, subscriptionId }: InvoiceFact): boolean {
  if (reason === "change" || subscriptionId === null) return false;
  return reason !== "term" || status === "open" || status === "paid";
}

function periodKey({ customerId, subscriptionId, reason, period }: InvoiceFact): string {
  return `${customerId}:${subscriptionId}:${reason}:${period.startMs}`;
}
