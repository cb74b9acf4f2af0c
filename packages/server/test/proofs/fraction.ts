/** An exact fraction, to prove the engine's scaled integers by. */
export interface Fraction {
  readonly over: bigint;
  readonly under: bigint;
}

export function fraction(over: bigint, under: bigint): Fraction {
  return { over, under };
}

export function times(one: Fraction, other: Fraction): Fraction {
  return { over: one.over * other.over, under: one.under * other.under };
}

export function plus(one: Fraction, other: Fraction): Fraction {
  return {
    over: one.over * other.under + other.over * one.under,
    under: one.under * other.under,
  };
}

export function larger(one: Fraction, other: Fraction): Fraction {
  return one.over * other.under < other.over * one.under ? other : one;
}

/** The nearest whole number; of two that are equally near, the one further from zero. */
export function nearestWhole({ over, under }: Fraction): bigint {
  if (over < 0n) return -nearestWhole({ over: -over, under });
  const below = over / under;
  const rest = over % under;
  return rest + rest < under ? below : below + 1n;
}

/** In how many parts the fractions here are written as decimals. */
export const BILLION = 10n ** 9n;

/** `-1.5` as a count of billionths. */
export function billionths(text: string): bigint {
  const [whole = "0", rest = ""] = text.replace("-", "").split(".");
  const size = BigInt(whole) * BILLION + BigInt(rest.padEnd(9, "0"));
  return text.startsWith("-") ? -size : size;
}

export function decimal(text: string): Fraction {
  return fraction(billionths(text), BILLION);
}

export function least(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}

/** A whole number in proportion to weights. What is left over goes to the largest remainders, one each. */
export function split(whole: bigint, weights: readonly bigint[]): bigint[] {
  const all = weights.reduce((sum, weight) => sum + weight, 0n);
  const parts = weights.map((weight) => (whole * weight) / all);
  const over = Number(whole - parts.reduce((sum, part) => sum + part, 0n));
  const rests = weights.map((weight, at) => ({ at, rest: (whole * weight) % all }));
  const first = rests.toSorted((one, other) => Number(other.rest - one.rest)).slice(0, over);
  return parts.map((part, n) => (first.some(({ at }) => at === n) ? part + 1n : part));
}
