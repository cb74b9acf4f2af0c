import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { beyondMaximum, cutsBeyondMaximum, missingToMinimum } from "./index.ts";

// Golden cases G257, G291, G292, G307, G314 and G315.
describe("what charges lack or have too much", () => {
  test.each([
    { minimum: 1000n, charged: 100n, missing: 900n, because: "a flat 100 was billed before" },
    { minimum: 150n, charged: 100n, missing: 50n, because: "no usage, a flat price of 100" },
    { minimum: 893n, charged: 800n, missing: 93n, because: "25 of 28 days of 10.00" },
    { minimum: 100n, charged: 100n, missing: 0n, because: "the minimum is reached" },
    { minimum: 100n, charged: -50n, missing: 150n, because: "corrections are made up for" },
  ])("$missing is missing of $minimum: $because", ({ minimum, charged, missing }) => {
    expect(missingToMinimum(minimum, charged)).toBe(missing);
  });

  test.each([
    { maximum: 170n, before: 160n, amounts: [15n, 7n], cuts: [5n, 7n], because: "10 are left" },
    { maximum: 100n, before: 90n, amounts: [75n], cuts: [65n], because: "10 of 75 are charged" },
    { maximum: 100n, before: 70n, amounts: [50n], cuts: [20n], because: "30 of 50 are charged" },
    { maximum: 100n, before: 120n, amounts: [50n], cuts: [50n], because: "nothing was left" },
    {
      maximum: 100n,
      before: 90n,
      amounts: [-20n, 40n],
      cuts: [0n, 10n],
      because: "room came back",
    },
  ])("$cuts of $amounts are beyond $maximum: $because", ({ maximum, before, amounts, cuts }) => {
    expect(cutsBeyondMaximum(maximum, before, amounts)).toEqual(cuts);
  });
});

const minor = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n });
const limits = fc.bigInt({ min: 1n, max: 10n ** 12n });

test("a topped-up sum is the larger of both, a cut one the smaller", () => {
  fc.assert(
    fc.property(limits, minor, (limit, charged) => {
      const toppedUp = charged + missingToMinimum(limit, charged);
      const cut = charged - beyondMaximum(limit, charged);
      const [less, more] = limit < charged ? [limit, charged] : [charged, limit];
      return toppedUp === more && cut === less;
    }),
  );
});

test("the cuts of single charges add up to what all of them are beyond the maximum", () => {
  fc.assert(
    fc.property(limits, fc.array(minor, { maxLength: 8 }), (maximum, amounts) => {
      const cuts = cutsBeyondMaximum(maximum, 0n, amounts).reduce((sum, cut) => sum + cut, 0n);
      const charged = amounts.reduce((sum, amount) => sum + amount, 0n);
      return cuts === beyondMaximum(maximum, charged);
    }),
  );
});
