import { describe, expect, test } from "vitest";
import { isoInstant } from "#kernel/clock.ts";
import { dueAt, termsFor } from "./payment-terms.ts";

describe("until when an invoice is to be paid", () => {
  test.each([
    {
      issued: "2026-02-03T09:00:00.000Z",
      terms: { collection: "send", netDays: 14 },
      timeZone: "UTC",
      due: "2026-02-17T09:00:00.000Z",
      because: "it is so many days later",
    },
    {
      issued: "2026-03-01T14:00:00.000Z",
      terms: { collection: "send", netDays: 14 },
      timeZone: "America/New_York",
      due: "2026-03-15T13:00:00.000Z",
      because: "at nine in the morning, also after the clocks went forward",
    },
    {
      issued: "2011-12-29T22:00:00.000Z",
      terms: { collection: "send", netDays: 2 },
      timeZone: "Pacific/Apia",
      due: "2011-12-30T22:00:00.000Z",
      because: "Samoa left out 30 December 2011: two days of its calendar are one of the sun",
    },
    {
      issued: "2026-02-03T09:00:00.000Z",
      terms: { collection: "send", netDays: 0 },
      timeZone: "UTC",
      due: "2026-02-03T09:00:00.000Z",
      because: "no days are at once",
    },
    {
      issued: "2026-02-03T09:00:00.000Z",
      terms: { collection: "charge", netDays: 14 },
      timeZone: "UTC",
      due: "2026-02-03T09:00:00.000Z",
      because: "a card is charged at once",
    },
  ] as const)("$due: $because", ({ issued, terms, timeZone, due }) => {
    expect(isoInstant(dueAt(terms, Date.parse(issued), timeZone))).toBe(due);
  });
});

test("a customer's own terms come first, each by itself", () => {
  const ofProject = { collection: "charge", netDays: 30 } as const;
  const own = { collection: "send", netDays: null } as const;
  expect(termsFor(own, ofProject)).toEqual({ collection: "send", netDays: 30 });
  expect(termsFor({ collection: null, netDays: 7 }, ofProject)).toEqual({
    collection: "charge",
    netDays: 7,
  });
});
