import fc from "fast-check";
import { expect, test } from "vitest";
import { splitByLargestRemainder } from "./split.ts";

test.each([
  { amount: 100n, weights: [1n, 1n, 1n], parts: [34n, 33n, 33n], because: "the first is first" },
  { amount: 1000n, weights: [10_000n, 5000n, 3000n, 2000n], parts: [500n, 250n, 150n, 100n] },
  {
    amount: 5n,
    weights: [1n, 0n, 2n],
    parts: [2n, 0n, 3n],
    because: "a third of 5 is nearer to 2",
  },
  { amount: -100n, weights: [1n, 1n, 1n], parts: [-34n, -33n, -33n], because: "as its opposite" },
  { amount: 0n, weights: [3n, 4n], parts: [0n, 0n] },
])("$amount by $weights", ({ amount, weights, parts }) => {
  expect(splitByLargestRemainder(amount, weights)).toEqual(parts);
});

test("parts add up to the whole, and none is a unit away from its exact share", () => {
  const weight = fc.bigInt({ min: 0n, max: 10n ** 12n });
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }),
      fc.array(weight, { minLength: 1, maxLength: 12 }),
      (amount, weights) => {
        fc.pre(weights.some((one) => one > 0n));
        const total = weights.reduce((sum, one) => sum + one, 0n);
        const parts = splitByLargestRemainder(amount, weights);
        expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(amount);
        for (const [index, part] of parts.entries()) {
          const away = part * total - amount * (weights[index] ?? 0n);
          expect((away < 0n ? -away : away) < total).toBe(true);
        }
      },
    ),
  );
});
