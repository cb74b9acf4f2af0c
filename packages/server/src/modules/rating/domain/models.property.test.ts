import fc from "fast-check";
import { test } from "vitest";
import { eventFee, type PercentageModel, type PriceModel, rateUsage, type Tier } from "./index.ts";

const NANO = 10n ** 9n;
const quantities = fc.bigInt({ min: 0n, max: 10n ** 22n });
const prices = fc.bigInt({ min: 0n, max: 10n ** 15n });
const rates = fc.bigInt({ min: 0n, max: NANO });
const sizes = fc.bigInt({ min: 1n, max: 10n ** 12n });

/** An exact fraction, reckoned without any of the product's scaled decimals. */
interface Fraction {
  readonly top: bigint;
  readonly bottom: bigint;
}

const decimal = (nanos: bigint): Fraction => ({ top: nanos, bottom: NANO });

const plus = (one: Fraction, other: Fraction): Fraction => ({
  top: one.top * other.bottom + other.top * one.bottom,
  bottom: one.bottom * other.bottom,
});

const product = (one: Fraction, other: Fraction): Fraction => ({
  top: one.top * other.top,
  bottom: one.bottom * other.bottom,
});

const isLess = (one: Fraction, other: Fraction) => one.top * other.bottom < other.top * one.bottom;

const isAttos = ({ top, bottom }: Fraction, attos: bigint) => top * NANO * NANO === attos * bottom;

const ceiling = (part: bigint, whole: bigint) => {
  let count = part / whole;
  while (count * whole < part) count += 1n;
  return count;
};

test("packages cost what counting them one by one costs", () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 10n ** 18n }),
      quantities,
      sizes,
      prices,
      (includedQuantity, used, packageSize, packagePrice) => {
        const model: PriceModel = { type: "package", includedQuantity, packageSize, packagePrice };
        const paid = used > includedQuantity ? used - includedQuantity : 0n;
        const count = { top: ceiling(paid, packageSize), bottom: 1n };
        return isAttos(product(count, decimal(packagePrice)), rateUsage(model, used).exact);
      },
    ),
  );
});

test("a package price is a graduated one with a single tier of such packages", () => {
  fc.assert(
    fc.property(quantities, sizes, prices, (used, packageSize, packagePrice) => {
      const common = { includedQuantity: 0n };
      const tier: Tier = { upTo: null, unitPrice: packagePrice, flatPrice: 0n, packageSize };
      const single = rateUsage({ ...common, type: "package", packageSize, packagePrice }, used);
      return (["graduated", "volume"] as const).every(
        (type) => rateUsage({ ...common, type, tiers: [tier] }, used).exact === single.exact,
      );
    }),
  );
});

const bounds = fc.option(prices, { nil: null });
const percentages = fc
  .record({ rate: rates, feePerEvent: prices, one: bounds, other: bounds })
  .map(({ one, other, ...terms }): PercentageModel => {
    const swap = one !== null && other !== null && one > other;
    return {
      type: "percentage",
      includedQuantity: 0n,
      includedEvents: 0n,
      ...terms,
      feeMinimum: swap ? other : one,
      feeMaximum: swap ? one : other,
    };
  });

/** A fee by the book: the share, the fixed part, then the floor, then the cap. */
function feeByHand(model: PercentageModel, amount: bigint): Fraction {
  const fee = plus(product(decimal(amount), decimal(model.rate)), decimal(model.feePerEvent));
  const floor = model.feeMinimum === null ? fee : decimal(model.feeMinimum);
  const raised = isLess(fee, floor) ? floor : fee;
  const cap = model.feeMaximum === null ? raised : decimal(model.feeMaximum);
  return isLess(cap, raised) ? cap : raised;
}

test("a fee per event is what the book says, and a correction takes back just that", () => {
  fc.assert(
    fc.property(percentages, fc.bigInt({ min: 1n, max: 10n ** 22n }), (model, amount) => {
      const fee = eventFee(model, amount);
      return isAttos(feeByHand(model, amount), fee) && eventFee(model, -amount) === -fee;
    }),
  );
});

test("without bounds the fees of the events add up to the price of their sum", () => {
  fc.assert(
    fc.property(percentages, fc.array(fc.bigInt({ min: 1n, max: 10n ** 20n })), (terms, events) => {
      const model = { ...terms, feeMinimum: null, feeMaximum: null };
      const used = events.reduce((sum, quantity) => sum + quantity, 0n);
      const fees = events.reduce((sum, quantity) => sum + eventFee(model, quantity), 0n);
      const tally = { count: BigInt(events.length) * NANO, fees: 0n };
      return rateUsage(model, used, tally).exact === fees;
    }),
  );
});

test("a graduated percentage is the sum of each tier's share, reckoned by hand", () => {
  const tiers = fc.array(fc.tuple(sizes, rates, prices), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(tiers, quantities, (steps, used) => {
      let end = 0n;
      const rising = steps.map(([size, unitPrice, flatPrice], index): Tier => {
        end += size;
        return { upTo: index === steps.length - 1 ? null : end, unitPrice, flatPrice };
      });
      let from = 0n;
      let total: Fraction = { top: 0n, bottom: 1n };
      for (const [index, { upTo, unitPrice, flatPrice }] of rising.entries()) {
        if (index > 0 && used <= from) break;
        const to = upTo === null || upTo > used ? used : upTo;
        const share = product(decimal(to - from), decimal(unitPrice));
        total = plus(plus(total, share), decimal(flatPrice));
        from = to;
      }
      const model: PriceModel = {
        type: "graduated_percentage",
        includedQuantity: 0n,
        tiers: rising,
      };
      return isAttos(total, rateUsage(model, used).exact);
    }),
  );
});
