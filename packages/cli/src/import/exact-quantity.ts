const DIGITS_MAX = 15;
const NUMERAL = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;
const QUANTITY_OF_ROW = /(?<!\\)"quantity"\s*:\s*(-?[\d.eE+-]+)/g;

/**
 * The decimal text of a quantity that a row gives as a JSON number, or null when the number may not
 * be what was written: a double keeps 15 digits of a decimal and no more. `source` is the row's JSON.
 */
export function exactQuantity(value: number, source: string): string | null {
  if (!Number.isFinite(value) || significantDigits(String(value)) > DIGITS_MAX) return null;
  const written = [...source.matchAll(QUANTITY_OF_ROW)].map((match) => match[1] ?? "");
  const isExact = written.some(
    (text) => Number(text) === value && significantDigits(text) <= DIGITS_MAX,
  );
  return isExact ? plainDecimal(String(value)) : null;
}

function significantDigits(text: string): number {
  const [, whole = "", fraction = ""] = NUMERAL.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, "");
  return fraction === "" ? digits.replace(/0+$/, "").length : digits.length;
}

/** `1e-7` as `0.0000001`, and `1e+21` written out. */
function plainDecimal(text: string): string {
  const [, whole = "", fraction = "", exponentText] = NUMERAL.exec(text) ?? [];
  if (exponentText === undefined) return text;
  const exponent = Number(exponentText);
  const digits = whole + fraction;
  const point = whole.length + exponent;
  const sign = text.startsWith("-") ? "-" : "";
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits.padEnd(point, "0");
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}
