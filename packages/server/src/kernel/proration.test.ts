import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ProrationBasis, shareOf } from "./proration.ts";

const at = (text: string) => Date.parse(text);
const span = (from: string, to: string) => ({ startMs: at(from), endMs: at(to) });
const utc = (basis: ProrationBasis) => ({ basis, timeZone: "UTC" });
const ratio = ({ part, whole }: { part: bigint; whole: bigint }) => `${part}/${whole}`;

describe("the share of a period", () => {
  const april = span("2026-04-01T00:00:00Z", "2026-05-01T00:00:00Z");

  test.each<{ basis: ProrationBasis; share: string; because: string }>([
    {
      basis: "exact_time",
      share: `${9.5 * 86_400_000}/${30 * 86_400_000}`,
      because: "every millisecond counts",
    },
    { basis: "days", share: "9/30", because: "the day of the change belongs to what follows" },
    { basis: "days_inclusive", share: "10/30", because: "the day of the change is still used" },
    { basis: "fixed_30_days", share: "9/30", because: "April has thirty days anyhow" },
  ])("up to noon of the tenth by $basis is $share: $because", ({ basis, share }) => {
    const used = span("2026-04-01T00:00:00Z", "2026-04-10T12:00:00Z");
    expect(ratio(shareOf(used, april, utc(basis)))).toBe(share);
  });

  test("by days is counted in the customer's calendar, not in UTC", () => {
    const period = span("2026-04-01T05:00:00Z", "2026-05-01T05:00:00Z");
    const used = span("2026-04-01T05:00:00Z", "2026-04-11T03:00:00Z");
    const jamaica = { basis: "days", timeZone: "America/Jamaica" } as const;
    expect(ratio(shareOf(used, period, jamaica))).toBe("9/30");
    expect(ratio(shareOf(used, period, utc("days")))).toBe("10/30");
  });

  test("of a day with 23 hours is one day by days and 23 hours by exact time", () => {
    const newYork = (basis: ProrationBasis) => ({ basis, timeZone: "America/New_York" });
    const march = span("2026-03-01T05:00:00Z", "2026-04-01T04:00:00Z");
    const shortDay = span("2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z");
    expect(ratio(shareOf(shortDay, march, newYork("days")))).toBe("1/31");
    expect(shareOf(shortDay, march, newYork("exact_time")).part).toBe(23n * 3_600_000n);
  });

  test("over a February is 30 days by fixed days", () => {
    const february = span("2023-02-23T00:00:00Z", "2023-03-23T00:00:00Z");
    const used = span("2023-02-23T00:00:00Z", "2023-03-15T00:00:00Z");
    expect(ratio(shareOf(used, february, utc("fixed_30_days")))).toBe("22/30");
  });

  test("that ends with the period takes no day more for being inclusive", () => {
    const rest = span("2026-04-10T12:00:00Z", "2026-05-01T00:00:00Z");
    expect(ratio(shareOf(rest, april, utc("days_inclusive")))).toBe("21/30");
  });

  test("of a period shorter than a day is taken by time", () => {
    const hour = span("2026-04-01T10:00:00Z", "2026-04-01T11:00:00Z");
    const half = span("2026-04-01T10:00:00Z", "2026-04-01T10:30:00Z");
    expect(ratio(shareOf(half, hour, utc("days")))).toBe("1800000/3600000");
  });

  test("before and after any instant adds up to the whole, by exact time and by days", () => {
    const start = april.startMs;
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: april.endMs - start }),
        fc.constantFrom<ProrationBasis>("exact_time", "days", "fixed_30_days"),
        (offset, basis) => {
          const cut = start + offset;
          const before = shareOf({ startMs: start, endMs: cut }, april, utc(basis));
          const after = shareOf({ startMs: cut, endMs: april.endMs }, april, utc(basis));
          return (
            before.part * after.whole + after.part * before.whole === before.whole * after.whole
          );
        },
      ),
    );
  });
});
