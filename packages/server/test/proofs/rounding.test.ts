import { expect, test } from "vitest";
import { minorDigits } from "#kernel/currency.ts";
import { splitByLargestRemainder } from "#kernel/split.ts";
import { flatLine, usageLine } from "#modules/invoices/domain/index.ts";
import { plainMeter } from "#modules/metering/domain/index.ts";
import type { PriceModel } from "#modules/rating/domain/index.ts";
import { type Fraction, fraction, nearestWhole, plus, times } from "./fraction.ts";

const LINES = 1_000_000;
const SPLITS = 100_000;
const CURRENCIES = ["JPY", "USD", "KWD"];
const NANOS = 10n ** 9n;
const PERIOD = { startMs: 0, endMs: 1 };

const random = generator(20_261_121);

test(`${LINES} random lines are the nearest minor unit of their exact price`, () => {
  const wrong: string[] = [];
  for (let line = 0; line < LINES; line += 1) {
    const currency = CURRENCIES[line % 3] ?? "USD";
    const { got, exact, told } = LINE_KINDS[line % LINE_KINDS.length]?.(currency) ?? never();
    const minorUnits = times(exact, fraction(10n ** BigInt(minorDigits(currency)), 1n));
    if (got !== nearestWhole(minorUnits)) wrong.push(`${told} ${currency}: ${got}`);
  }
  expect(wrong.slice(0, 5)).toEqual([]);
}, 120_000);

test(`${SPLITS} random splits add up to their whole`, () => {
  let wrong = 0;
  for (let split = 0; split < SPLITS; split += 1) {
    const amount = signed(below(10n ** 15n));
    const weights = Array.from({ length: Number(below(8n)) + 1 }, () => below(10n ** 9n));
    const parts = splitByLargestRemainder(amount, [...weights, 1n]);
    if (parts.reduce((sum, part) => sum + part, 0n) !== amount) wrong += 1;
  }
  expect(wrong).toBe(0);
});

interface RandomLine {
  readonly got: bigint;
  readonly exact: Fraction;
  readonly told: string;
}

const LINE_KINDS: readonly ((currency: string) => RandomLine)[] = [perUnitLine, flatShare, tiered];

/** Rates down to a billionth, quantities up to 10¹⁵. */
function perUnitLine(currency: string): RandomLine {
  const unitPrice = below(10n ** (1n + below(12n))) + 1n;
  const used = signed(below(10n ** (1n + below(24n))) + 1n);
  const model = { type: "per_unit", includedQuantity: 0n, unitPrice } as const;
  return {
    got: usageAmount(model, used, currency),
    exact: times(fraction(unitPrice, NANOS), fraction(used, NANOS)),
    told: `${used} × ${unitPrice}`,
  };
}

function flatShare(currency: string): RandomLine {
  const amount = below(10n ** 18n);
  const whole = below(40_000_000_000n) + 1n;
  const part = below(whole + 1n);
  const price = { kind: "flat", priceId: 1n, name: "base", billed: "arrears", amount } as const;
  return {
    got: flatLine(price, PERIOD, currency, { share: { part, whole } }).amountMinor,
    exact: times(fraction(amount, NANOS), fraction(part, whole)),
    told: `${part}/${whole} of ${amount}`,
  };
}

function tiered(currency: string): RandomLine {
  const upTo = below(10n ** 15n) + 1n;
  const [low, high] = [below(10n ** 11n), below(10n ** 11n)];
  const flatPrice = below(10n ** 12n);
  const used = below(2n * upTo) + 1n;
  const tiers = [
    { upTo, unitPrice: low, flatPrice: 0n },
    { upTo: null, unitPrice: high, flatPrice },
  ];
  const inFirst = used < upTo ? used : upTo;
  const first = times(fraction(inFirst, NANOS), fraction(low, NANOS));
  const second = plus(
    times(fraction(used - inFirst, NANOS), fraction(high, NANOS)),
    fraction(used > upTo ? flatPrice : 0n, NANOS),
  );
  return {
    got: usageAmount({ type: "graduated", includedQuantity: 0n, tiers }, used, currency),
    exact: plus(first, second),
    told: `${used} in tiers of ${low} and ${high} from ${upTo}`,
  };
}

function usageAmount(model: PriceModel, quantity: bigint, currency: string): bigint {
  const price = {
    kind: "usage",
    priceId: 1n,
    name: "calls",
    billed: "arrears",
    metric: "calls",
    meter: plainMeter("calls"),
    model,
    spend: { minimum: null, maximum: null },
  } as const;
  return usageLine(price, PERIOD, currency, { quantity, events: null }).amountMinor;
}

function below(limit: bigint): bigint {
  return (random() * limit) >> 64n;
}

function signed(amount: bigint): bigint {
  return below(4n) === 0n ? -amount : amount;
}

/** Numbers of 64 bits that look random and are the same in each run. */
function generator(seed: number): () => bigint {
  let state = BigInt(seed);
  return () => {
    state = (state + 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn;
    let mixed = state;
    mixed = ((mixed ^ (mixed >> 30n)) * 0xbf58476d1ce4e5b9n) & 0xffffffffffffffffn;
    mixed = ((mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn) & 0xffffffffffffffffn;
    return mixed ^ (mixed >> 31n);
  };
}

function never(): never {
  throw new Error("there is a kind for each line");
}
