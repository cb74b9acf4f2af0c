import { DAY_MS, type EpochMs, isoInstant, type Period } from "#kernel/clock.ts";
import { type Currency, isCurrency } from "#kernel/currency.ts";
import type { Interval } from "#kernel/interval.ts";
import { localDateAt } from "#kernel/local-date.ts";
import { formatMinor } from "#kernel/money.ts";
import { type Nanos, parseNanos } from "#kernel/nanos.ts";
import type { ProrationBasis } from "#kernel/proration.ts";
import type { Figure, GoldenCase } from "./golden-case.ts";

/** A case whose words cannot be said in this engine's. */
export class Unreadable extends Error {}

export function textOf(figure: Figure | undefined): string {
  if (typeof figure === "string") return figure;
  throw new Unreadable(`${JSON.stringify(figure)} is no text`);
}

/** A decimal, written as text or as a number. */
export function decimalOf(figure: Figure | undefined): Nanos {
  const nanos =
    typeof figure === "string" || typeof figure === "number" ? parseNanos(`${figure}`) : null;
  if (nanos === null) throw new Unreadable(`${JSON.stringify(figure)} is no decimal`);
  return nanos;
}

export function countOf(figure: Figure | undefined): number {
  if (typeof figure === "number" && Number.isSafeInteger(figure)) return figure;
  throw new Unreadable(`${JSON.stringify(figure)} is no whole number`);
}

export function listOf(figure: Figure | undefined): readonly Figure[] {
  if (Array.isArray(figure)) return figure as readonly Figure[];
  throw new Unreadable(`${JSON.stringify(figure)} is no list`);
}

export function decimalOrNull(figure: Figure | undefined): Nanos | null {
  return figure === null || figure === undefined ? null : decimalOf(figure);
}

/** An instant as ISO 8601 says it; a date alone is its midnight in UTC. */
export function instantOf(figure: Figure | undefined): EpochMs {
  const text = textOf(figure);
  const instantMs = Date.parse(text.includes("T") ? text : `${text}T00:00:00Z`);
  if (Number.isNaN(instantMs)) throw new Unreadable(`${text} is no instant`);
  return instantMs;
}

export function instantOrNull(figure: Figure | undefined): EpochMs | null {
  return figure === null || figure === undefined ? null : instantOf(figure);
}

/** `2026-02-28`, the day it is in a time zone. */
export function dayOf(instantMs: EpochMs, timeZone = "UTC"): string {
  const { year, month, day } = localDateAt(instantMs, timeZone);
  const two = (number: number) => `${number}`.padStart(2, "0");
  return `${year}-${two(month)}-${two(day)}`;
}

/** `2022-02-01T04:59:59Z`: the last second of a period that ends before an instant. */
export function lastSecondBefore(endMs: EpochMs): string {
  return wholeSeconds(endMs - 1000);
}

export function wholeSeconds(instantMs: EpochMs): string {
  return isoInstant(instantMs).replace(".000Z", "Z");
}

export function daysFrom(startMs: EpochMs, days: number): EpochMs {
  return startMs + days * DAY_MS;
}

/** `month`, or `30 days`, which is 30 × 24 hours. */
export function intervalOf(figure: Figure | undefined): Interval {
  const text = figure === undefined ? "month" : textOf(figure);
  const [, days] = /^(\d+) days$/.exec(text) ?? [];
  if (days !== undefined) return { unit: "fixed_days", count: Number(days) };
  const unit = CALENDAR_UNITS.find((known) => known === text);
  if (unit === undefined) throw new Unreadable(`${text} is no interval`);
  return { unit, count: 1 };
}

const CALENDAR_UNITS = ["day", "week", "month", "quarter", "year"] as const;

export function timeZoneOf(figure: Figure | undefined): string {
  return figure === undefined ? "UTC" : textOf(figure);
}

export function currencyOf(figure: Figure | undefined): Currency {
  const currency = figure === undefined ? CENTS : textOf(figure);
  if (!isCurrency(currency)) throw new Unreadable(`${currency} is no currency`);
  return currency;
}

/** The currency of a case that names none: one with cents. */
export const CENTS: Currency = "USD";

/** Major units, as the cases write amounts. */
export function major(amountMinor: bigint, currency: Currency = CENTS): string {
  return formatMinor(amountMinor, currency);
}

export function minorUnits(figure: Figure | undefined): bigint {
  return BigInt(countOf(figure));
}

/** An amount in cents as a price. */
export function centsOf(figure: Figure | undefined): Nanos {
  return BigInt(countOf(figure)) * 10_000_000n;
}

/** A percentage as a share: 2.9 is 0.029. */
export function percentOf(figure: Figure | undefined): Nanos {
  return decimalOf(figure) / 100n;
}

export function spanOf(from: Figure | undefined, to: Figure | undefined): Period {
  return { startMs: instantOf(from), endMs: instantOf(to) };
}

/** How a case's convention measures a part of a period. */
export function basisOf({ policy }: GoldenCase): ProrationBasis {
  if (policy.startsWith("time share")) return "exact_time";
  if (policy.startsWith("inclusive days")) return "days_inclusive";
  if (policy.includes("30 days")) return "fixed_30_days";
  return "days";
}
