import { expect, test } from "vitest";
import { pageWithin } from "./index.ts";

const candidates = (...weights: number[]) =>
  weights.map((weight, index) => ({ customerId: BigInt(index + 1), weight }));

test.each([
  { weights: [1, 1, 1], page: [1n, 2n, 3n], because: "all of them are light" },
  { weights: [4, 4, 4], page: [1n, 2n], because: "the third would be too much" },
  { weights: [10, 1], page: [1n], because: "it is full" },
  { weights: [99, 1], page: [1n], because: "a customer is never divided" },
  { weights: [], page: [], because: "there is nobody" },
])("weights $weights of at most 10: $page, because $because", ({ weights, page }) => {
  expect(pageWithin(candidates(...weights), 10)).toEqual(page);
});
