export type PropertyValue = string | number | boolean;

export type Properties = Readonly<Record<string, PropertyValue>>;

/**
 * A property as the text that PostgreSQL's `->>` gives of it: numbers without an exponent. So events
 * are told apart alike where they arrive and where they are counted again.
 */
export function propertyText(value: PropertyValue): string {
  return typeof value === "number" ? plainDecimal(value) : String(value);
}

function plainDecimal(value: number): string {
  const [digits = "", exponent] = String(Object.is(value, -0) ? 0 : value).split("e");
  if (exponent === undefined) return digits;
  const sign = digits.startsWith("-") ? "-" : "";
  const [whole = "", fraction = ""] = digits.replace("-", "").split(".");
  const point = Number(exponent);
  if (point < 0) return `${sign}0.${"0".repeat(-point - 1)}${whole}${fraction}`;
  return `${sign}${whole}${fraction.padEnd(point, "0")}`;
}
