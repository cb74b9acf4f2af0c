// Fifteen digits keep any sum that is ever reached inside the column, and nine behind the point are
// what every price is rated with. A quantity of nothing but zeros would be no event.
const QUANTITY = /^-?(?=[\d.]*[1-9])\d{1,15}(?:\.\d{1,9})?$/;

/** Whether the text is a decimal other than zero, below 10^15, with at most nine decimals. */
export function isQuantity(text: string): boolean {
  return QUANTITY.test(text);
}
