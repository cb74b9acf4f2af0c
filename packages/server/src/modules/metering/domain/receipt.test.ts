import { expect, test } from "vitest";
import { receiptAt } from "./receipt.ts";

test.each([
  {
    at: "2026-11-21T12:00:00.000Z",
    month: "2026-11-01",
    searched: ["2026-10-01", "2026-11-01"],
    isTurning: false,
    because: "this month and the one before hold every reference that is promised to count once",
  },
  {
    at: "2027-01-15T00:00:00.000Z",
    month: "2027-01-01",
    searched: ["2026-12-01", "2027-01-01"],
    isTurning: false,
    because: "December comes before January",
  },
  {
    at: "2026-11-30T23:59:00.000Z",
    month: "2026-11-01",
    searched: ["2026-10-01", "2026-11-01", "2026-12-01"],
    isTurning: true,
    because: "a server whose clock is ahead already files under December",
  },
  {
    at: "2026-11-30T23:58:59.999Z",
    month: "2026-11-01",
    searched: ["2026-10-01", "2026-11-01"],
    isTurning: false,
    because: "clocks differ by less than a minute",
  },
  {
    at: "2026-12-01T00:00:30.000Z",
    month: "2026-12-01",
    searched: ["2026-11-01", "2026-12-01"],
    isTurning: true,
    because: "a server whose clock is behind still files under November",
  },
  {
    at: "2026-12-01T00:01:00.000Z",
    month: "2026-12-01",
    searched: ["2026-11-01", "2026-12-01"],
    isTurning: false,
    because: "the minute is over",
  },
])("received at $at: $because", ({ at, month, searched, isTurning }) => {
  const receipt = receiptAt(Date.parse(at));
  expect(receipt.month.from).toBe(month);
  expect({ searched: receipt.searched, isTurning: receipt.isTurning }).toEqual({
    searched,
    isTurning,
  });
});

test("an event that was received before it occurred is not taken when that month is forgotten", () => {
  // Received on 31 August at 23:58, four minutes ahead of its own time: filed under August.
  const occurredAtMs = Date.parse("2026-09-01T00:02:00.000Z");
  expect(receiptAt(Date.parse("2026-09-30T00:00:00.000Z")).searched).toContain("2026-08-01");
  expect(receiptAt(Date.parse("2026-10-02T00:00:00.000Z")).searched).not.toContain("2026-08-01");
  expect(receiptAt(Date.parse("2026-10-02T00:00:00.000Z")).oldestMs).toBeGreaterThan(occurredAtMs);
});
