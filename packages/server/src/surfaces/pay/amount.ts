import type { Currency } from "#kernel/currency.ts";
import { formatMinor } from "#kernel/money.ts";

/** `JMD 12,500.00`, with every digit of the currency's minor unit; below zero `−JMD 500.00`. */
export function moneyText(minor: bigint, currency: Currency): string {
  const text = `${currency} ${amountText(minor < 0n ? -minor : minor, currency)}`;
  return minor < 0n ? `−${text}` : text;
}

/** The same where its currency is said elsewhere: `12,500.00`. */
export function amountText(minor: bigint, currency: Currency): string {
  return groupedDigits(formatMinor(minor, currency)).replace("-", "−");
}

/** Thousands apart, as pages in English write them: `1234567.125` is `1,234,567.125`. */
export function groupedDigits(decimal: string): string {
  return decimal.replace(/\d+/, (whole) => whole.replace(/\B(?=(?:\d{3})+$)/g, ","));
}
