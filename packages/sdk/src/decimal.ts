const DIGITS_MAX = 15;
const DECIMALS_MAX = 9;

/**
 * A count as the exact decimal that the server takes. Throws a TypeError for what no decimal of 15
 * digits stands for, such as 0.1 + 0.2: a number holds no more of one, and a bill must not guess.
 */
export function decimalText(count: number): string {
  const shortest = String(count);
  // Only below a millionth, since what is large enough for an exponent is refused.
  const isTiny = shortest.includes("e-");
  const text = isTiny ? count.toFixed(DECIMALS_MAX).replace(/0+$/, "") : shortest;
  const digits = text.replace(/[-.]/g, "").replace(/^0+/, "");
  const decimals = text.split(".")[1] ?? "";
  const isExact =
    Number(text) === count &&
    count !== 0 &&
    Math.abs(count) < 10 ** DIGITS_MAX &&
    digits.length <= DIGITS_MAX &&
    decimals.length <= DECIMALS_MAX;
  if (isExact) return text;
  throw new TypeError(
    `metric_count is a number other than 0 with up to ${DIGITS_MAX} digits, ${DECIMALS_MAX} of them decimals, not ${shortest}.`,
  );
}
