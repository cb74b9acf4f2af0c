import type { Params } from "./params.ts";
import { invalidParameter } from "./refusal.ts";

/** The largest amount of one charge, in the currency's minor unit, as on Stripe. */
const amountMax = 99_999_999;

const currencies = new Set(
  Intl.supportedValuesOf("currency").map((currency) => currency.toLowerCase()),
);

const zeroDecimal = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(" ");
const threeDecimal = "bhd jod kwd omr tnd".split(" ");

/** How many digits of an amount on Stripe's wire are decimals. It differs from ISO 4217 for a few. */
function decimalsOf(currency: string): number {
  if (zeroDecimal.includes(currency)) return 0;
  return threeDecimal.includes(currency) ? 3 : 2;
}

/** The amount as a person reads it. `amount` is in minor units, `currency` in lower case. */
export function formatAmount(amount: number, currency: string): string {
  const decimals = decimalsOf(currency);
  const digits = String(amount).padStart(decimals + 1, "0");
  const split = digits.length - decimals;
  const format = new Intl.NumberFormat("en", {
    style: "currency",
    currency,
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  return format.format(`${digits.slice(0, split)}.${digits.slice(split) || "0"}` as `${number}`);
}

export function readCurrency(params: Params, name = "currency"): string | undefined {
  const currency = params.filledText(name)?.toLowerCase();
  if (currency !== undefined && !currencies.has(currency)) {
    throw invalidParameter(params.nameOf(name), `Invalid currency: ${currency}.`);
  }
  return currency;
}

/** @throws Refusal unless the amount is one that can be charged at once. */
export function chargeableAmount(amount: number, param: string): number {
  if (amount < 1) {
    throw invalidParameter(
      param,
      "This value must be greater than or equal to 1.",
      "amount_too_small",
    );
  }
  if (amount > amountMax) {
    throw invalidParameter(param, `Amount must be no more than ${amountMax}.`, "amount_too_large");
  }
  return amount;
}
