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

/** The nearest whole number; of two that are equally near, the one further from zero. */
export function nearestWhole({ over, under }: Fraction): bigint {
  if (over < 0n) return -nearestWhole({ over: -over, under });
  const below = over / under;
  const rest = over % under;
  return rest + rest < under ? below : below + 1n;
}
