import { chargedPrices } from "#flows/close-periods/flat-lines.ts";
import type { SoldItem } from "#flows/sold-terms.ts";
import type { Period } from "#kernel/clock.ts";
import { shareOf, WHOLE } from "#kernel/proration.ts";
import type { PlanVersion } from "#modules/catalog/domain/index.ts";
import {
  creditLine,
  type DraftLine,
  flatLine,
  type RunningLine,
} from "#modules/invoices/domain/index.ts";
import type { NowMode } from "#modules/subscriptions/domain/index.ts";

/** The rest of a period, from a change to its end. */
export interface RestOfPeriod {
  readonly rest: Period;
  readonly whole: Period;
  readonly timeZone: string;
}

/** What a subscription has more of, and by how many. */
export interface Gain {
  readonly item: SoldItem;
  readonly quantity: bigint;
}

/** What of the lines that charged items in advance is given back, now that these are not held any more. */
export function creditLines(
  items: readonly SoldItem[],
  lines: readonly RunningLine[],
  part: RestOfPeriod,
  mode: NowMode,
): DraftLine[] {
  if (mode === "now_without") return [];
  return items
    .flatMap((item) =>
      linesOf(item, lines).map((line) => unusedLine(line, item.version, part, mode)),
    )
    .filter(({ amountMinor }) => amountMinor !== 0n);
}

/** What is given back of one line, by the terms of the plan that it was charged for. */
export function unusedLine(
  line: RunningLine,
  { currency, changePolicy }: PlanVersion,
  { rest, whole, timeZone }: RestOfPeriod,
  mode: Exclude<NowMode, "now_without">,
): DraftLine {
  const basis = changePolicy.proration;
  // A term that was bought ahead has not begun: all of it is unused.
  if (mode === "now_full" || line.period.startMs >= rest.endMs) {
    const { period, computation } = line;
    return creditLine(line, { period, share: computation.share, basis }, currency);
  }
  const share = shareOf(rest, whole, { basis, timeZone });
  return creditLine(line, { period: rest, share, basis }, currency);
}

/** What is charged in advance for what is held more of, unless it was paid for before. */
export function gainLines(
  gains: readonly Gain[],
  lines: readonly RunningLine[],
  { rest, whole, timeZone }: RestOfPeriod,
  mode: NowMode,
): DraftLine[] {
  if (mode === "now_without") return [];
  return gains.flatMap(({ item, quantity }) => {
    const { currency, changePolicy } = item.version;
    const basis = changePolicy.proration;
    const share = mode === "now_full" ? WHOLE : shareOf(rest, whole, { basis, timeZone });
    if (share.part === 0n || quantity <= 0n) return [];
    return chargedPrices(item, "advance").map((price) =>
      flatLine(price, rest, currency, { share, basis, quantity }),
    );
  });
}

/** How many of an item are charged for time that is not over, and were not given back. */
export function chargedQuantity(item: SoldItem, lines: readonly RunningLine[]): bigint {
  const [price] = chargedPrices(item, "advance");
  return lines
    .filter(({ priceId }) => priceId === price?.priceId)
    .reduce((sum, { computation }) => sum + computation.quantity, 0n);
}

/** The lines that charged an item in advance. */
export function linesOf(item: SoldItem, lines: readonly RunningLine[]): RunningLine[] {
  const prices = new Set(chargedPrices(item, "advance").map(({ priceId }) => priceId));
  return lines.filter(({ priceId }) => prices.has(priceId));
}
