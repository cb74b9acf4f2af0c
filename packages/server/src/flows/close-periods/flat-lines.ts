import type { SoldItem } from "#flows/sold-terms.ts";
import type { Period } from "#kernel/clock.ts";
import { shareOf } from "#kernel/proration.ts";
import { flatPrices } from "#modules/catalog/domain/index.ts";
import { type DraftLine, flatLine } from "#modules/invoices/domain/index.ts";
import { licenseSteps } from "#modules/subscriptions/domain/index.ts";

/** A part of a whole billing period: all of it, or what a change or an end leaves. */
export interface PartOfPeriod {
  readonly part: Period;
  readonly whole: Period;
  /** Whose days are counted. */
  readonly timeZone: string;
}

/** What items cost in advance for a period that begins, or for the part of one that is first. */
export function advanceLines(items: readonly SoldItem[], within: PartOfPeriod): DraftLine[] {
  const { part, whole, timeZone } = within;
  return items.flatMap((item) => {
    const { currency, changePolicy } = item.version;
    const basis = changePolicy.proration;
    const share = shareOf(part, whole, { basis, timeZone });
    if (share.part === 0n) return [];
    return chargedPrices(item, "advance").map((price) =>
      flatLine(price, part, currency, { share, basis, quantity: item.billable }),
    );
  });
}

/** A period that is charged whole. */
export function wholly(period: Period): PartOfPeriod {
  const { startMs, endMs } = period;
  return { part: { startMs, endMs }, whole: { startMs, endMs }, timeZone: "UTC" };
}

/**
 * What items cost in arrears for what ran: from the time on from which each quantity was licensed,
 * since nobody had more before that.
 */
export function arrearsLines(
  items: readonly SoldItem[],
  { part, whole, timeZone }: PartOfPeriod,
): DraftLine[] {
  return items.flatMap((item) => {
    const { currency, changePolicy } = item.version;
    const basis = changePolicy.proration;
    const steps = risingSteps(item, part);
    return chargedPrices(item, "arrears").flatMap((price) =>
      steps.flatMap(({ span, quantity }) => {
        const share = shareOf(span, whole, { basis, timeZone });
        if (share.part === 0n) return [];
        return [flatLine(price, span, currency, { share, quantity, basis })];
      }),
    );
  });
}

/** By how much the licensed quantity rose, and for which rest of the period. */
function risingSteps(item: SoldItem, part: Period) {
  let reached = 0n;
  return licenseSteps(item, part.startMs).flatMap(({ fromMs, quantity }) => {
    const risen = quantity - reached;
    reached = quantity;
    const span = { startMs: Math.max(fromMs, part.startMs), endMs: part.endMs };
    return risen > 0n && span.startMs < span.endMs ? [{ span, quantity: risen }] : [];
  });
}

export function chargedPrices({ version }: SoldItem, billed: "advance" | "arrears") {
  return flatPrices(version, billed).filter(({ amount }) => amount !== 0n);
}
