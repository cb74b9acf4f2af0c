import { type EpochMs, MINUTE_MS, SECOND_MS } from "#kernel/clock.ts";

/** How far ahead of the customer's present the time given of an event may lie: clocks differ. */
export const AHEAD_MAX_MS = 5 * MINUTE_MS;

/** How near to the turn of a month two servers' clocks may disagree about which month it is. */
const TURN_MS = MINUTE_MS;

/** The calendar month, in UTC, that an event is filed under when it is received. */
export interface ReceiptMonth {
  /** Its first day, as `2026-11-01`. */
  readonly from: string;
  /** The first day of the month after it. */
  readonly to: string;
}

/** How an event that arrives at some instant of the server's clock is filed and looked for. */
export interface Receipt {
  readonly month: ReceiptMonth;
  /** First days of the months in which the same reference is looked for. */
  readonly searched: readonly string[];
  /** Within a minute of the month's turn other servers may file under the month beside this one. */
  readonly isTurning: boolean;
  /** What occurred before this may have been received and forgotten: it is not taken any more. */
  readonly oldestMs: EpochMs;
}

export function receiptAt(serverNowMs: EpochMs): Receipt {
  const previous = receiptMonth(serverNowMs, -1);
  const month = receiptMonth(serverNowMs, 0);
  const isBeforeTurn = receiptMonth(serverNowMs + TURN_MS, 0).from !== month.from;
  const isAfterTurn = receiptMonth(serverNowMs - TURN_MS, 0).from !== month.from;
  return {
    month,
    searched: isBeforeTurn ? [previous.from, month.from, month.to] : [previous.from, month.from],
    isTurning: isBeforeTurn || isAfterTurn,
    // An event may have been received this much before its given time, and filed under an older month.
    oldestMs: Date.parse(previous.from) + AHEAD_MAX_MS,
  };
}

/** `receiptAt` for instants that mostly follow each other closely: works it out anew once a second. */
export function rememberingReceiptAt(): typeof receiptAt {
  let second = Number.NaN;
  let receipt: Receipt;
  return (serverNowMs) => {
    const now = Math.floor(serverNowMs / SECOND_MS);
    if (now !== second) receipt = receiptAt(now * SECOND_MS);
    second = now;
    return receipt;
  };
}

/** The month that holds an instant, or one that many months later. */
export function receiptMonth(instantMs: EpochMs, monthsLater: number): ReceiptMonth {
  return { from: firstDay(instantMs, monthsLater), to: firstDay(instantMs, monthsLater + 1) };
}

function firstDay(instantMs: EpochMs, monthsLater: number): string {
  const date = new Date(instantMs);
  const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + monthsLater, 1);
  return new Date(first).toISOString().slice(0, 10);
}
