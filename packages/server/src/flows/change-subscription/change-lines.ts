import type { ChargedLine } from "#flows/charged-lines.ts";
import { chargedPrices } from "#flows/close-periods/flat-lines.ts";
import type { SoldItem } from "#flows/sold-terms.ts";
import type { Period } from "#kernel/clock.ts";
import type { Currency } from "#kernel/currency.ts";
import { type Share, shareOf } from "#kernel/proration.ts";
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

/** The same, and from where on the period is charged for. */
export interface OpenedPeriod extends RestOfPeriod {
  readonly opened: Period;
}

/** What a subscription has more of, and by how many. */
export interface Gain {
  readonly item: SoldItem;
  readonly quantity: bigint;
}

/** What of the lines that charged items in advance is given back, now that these are not held any more. */
export function creditLines(
  items: readonly SoldItem[],
  lines: readonly ChargedLine[],
  part: RestOfPeriod,
  mode: NowMode,
): DraftLine[] {
  if (mode === "now_without") return [];
  return items
    .flatMap((item) =>
      givenBackWith(item, lines).map((line) => unusedLine(line, item.version.currency, part, mode)),
    )
    .filter(({ amountMinor }) => amountMinor !== 0n);
}

/** What is not paid is not given back: it stays owed as it is. */
export function givenBackWith(item: SoldItem, lines: readonly ChargedLine[]): ChargedLine[] {
  return linesOf(item, lines).filter(({ isPaid }) => isPaid);
}

/** What is given back of one line, measured as it was charged. */
export function unusedLine(
  line: RunningLine,
  currency: Currency,
  part: RestOfPeriod,
  mode: Exclude<NowMode, "now_without">,
): DraftLine {
  const { period, computation } = line;
  const { share, basis } = computation;
  // A term that was bought ahead has not begun: all of it is unused.
  const isWhole = mode === "now_full" || period.startMs >= part.rest.endMs;
  if (isWhole) return creditLine(line, { period, share, basis }, currency);
  const rest = { startMs: part.rest.startMs, endMs: period.endMs };
  return creditLine(line, { period: rest, share: unusedShare(line, part), basis }, currency);
}

/**
 * By the whole period, where the line ends with it; a line of a plan before, which had another interval
 * or anchor, by its own.
 */
function unusedShare(
  { period, computation: { share, basis } }: RunningLine,
  { rest, whole, timeZone }: RestOfPeriod,
): Share {
  if (period.endMs === rest.endMs) return shareOf(rest, whole, { basis, timeZone });
  const left = { startMs: Math.max(rest.startMs, period.startMs), endMs: period.endMs };
  const unused = shareOf(left, period, { basis, timeZone });
  return { part: share.part * unused.part, whole: share.whole * unused.whole };
}

/** What is charged in advance for what is held more of, unless it was paid for before. */
export function gainLines(
  gains: readonly Gain[],
  lines: readonly ChargedLine[],
  period: OpenedPeriod,
  mode: NowMode,
): DraftLine[] {
  if (mode === "now_without") return [];
  const { rest, whole, timeZone } = period;
  return gains.flatMap(({ item, quantity }) => {
    const { currency, changePolicy } = item.version;
    const basis = changePolicy.proration;
    const share =
      mode === "now_full"
        ? fullShare(item, lines, period)
        : shareOf(rest, whole, { basis, timeZone });
    if (share.part === 0n || quantity <= 0n) return [];
    return chargedPrices(item, "advance").map((price) =>
      flatLine(price, rest, currency, { share, basis, quantity }),
    );
  });
}

/**
 * What "in full" is of a period: what is left of it where the subscription began or went on in it, or
 * more, if the plan was charged for more, as it is through a pause that nothing is given back for.
 */
function fullShare(
  { version }: SoldItem,
  lines: readonly ChargedLine[],
  { opened, whole, rest, timeZone }: OpenedPeriod,
): Share {
  const basis = version.changePolicy.proration;
  return lines
    .filter(({ isOfAddOn, period }) => !isOfAddOn && period.startMs < rest.endMs)
    .map(({ computation }) => computation.share)
    .reduce(larger, shareOf(opened, whole, { basis, timeZone }));
}

function larger(one: Share, other: Share): Share {
  return one.part * other.whole < other.part * one.whole ? other : one;
}

/** How many of an item are charged for time that is not over, and were not given back. */
export function chargedQuantity(item: SoldItem, lines: readonly ChargedLine[]): bigint {
  const [price] = chargedPrices(item, "advance");
  return lines
    .filter(({ priceId }) => priceId === price?.priceId)
    .reduce((sum, { computation }) => sum + computation.quantity, 0n);
}

/**
 * The lines that charged an item in advance: of a plan, those of the plans before it, too, which are
 * running still where a change gave nothing back, or where what it charged was voided.
 */
export function linesOf(item: SoldItem, lines: readonly ChargedLine[]): ChargedLine[] {
  if (item.version.kind === "plan") return lines.filter(({ isOfAddOn }) => !isOfAddOn);
  const prices = new Set(chargedPrices(item, "advance").map(({ priceId }) => priceId));
  return lines.filter(({ priceId }) => prices.has(priceId));
}
