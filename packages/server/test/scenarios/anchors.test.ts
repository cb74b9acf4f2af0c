import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { flat, type Story, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
});
afterAll(() => shop.stop());

interface Life {
  readonly interval: object;
  readonly timeZone?: string;
  readonly from: string;
  readonly to: string;
}

/** When the invoices of a life are made. */
async function invoicedOn({ interval, timeZone = "UTC", from, to }: Life): Promise<string[]> {
  const plan = await story.publish([flat("2999.00")], { interval });
  const ada = await story.welcome({ clock: from, timeZone });
  await ada.subscribes(plan);
  await ada.livesUntil(to);
  const invoices = await ada.invoices();
  expect(new Set(invoices.map(({ total }) => total))).toEqual(new Set(["2999.00"]));
  return invoices.map(({ issued }) => issued);
}

describe("a month that begins on the 31st ends on the last day of shorter ones, and comes back to the 31st", () => {
  const interval = { unit: "month" };

  test("in Jamaica, five hours behind all year", async () => {
    const life = {
      interval,
      timeZone: "America/Jamaica",
      from: "2026-01-31T05:00",
      to: "2026-08-01",
    };

    expect(await invoicedOn(life)).toEqual([
      "2026-02-28T05:00",
      "2026-03-31T05:00",
      "2026-04-30T05:00",
      "2026-05-31T05:00",
      "2026-06-30T05:00",
      "2026-07-31T05:00",
    ]);
  });

  test("in New York, where midnight moves with daylight saving", async () => {
    const life = {
      interval,
      timeZone: "America/New_York",
      from: "2026-01-31T05:00",
      to: "2026-12-02",
    };

    expect(await invoicedOn(life)).toEqual([
      "2026-02-28T05:00",
      "2026-03-31T04:00",
      "2026-04-30T04:00",
      "2026-05-31T04:00",
      "2026-06-30T04:00",
      "2026-07-31T04:00",
      "2026-08-31T04:00",
      "2026-09-30T04:00",
      "2026-10-31T04:00",
      "2026-11-30T05:00",
    ]);
  });

  test("in UTC from the 31st at a quarter to midnight, in a leap year", async () => {
    const life = { interval, from: "2024-01-31T23:45", to: "2024-05-01" };

    expect(await invoicedOn(life)).toEqual([
      "2024-02-29T23:45",
      "2024-03-31T23:45",
      "2024-04-30T23:45",
    ]);
  });
});

test("a day in New York is 23 and 25 hours long when the clocks change", async () => {
  const interval = { unit: "day" };
  const timeZone = "America/New_York";

  expect(
    await invoicedOn({ interval, timeZone, from: "2026-03-07T05:00", to: "2026-03-10" }),
  ).toEqual(["2026-03-08T05:00", "2026-03-09T04:00"]);
  expect(
    await invoicedOn({ interval, timeZone, from: "2026-10-31T04:00", to: "2026-11-03" }),
  ).toEqual(["2026-11-01T04:00", "2026-11-02T05:00"]);
});

test("a term of 30 days is 30 × 24 hours, whatever the calendar and the clocks say", async () => {
  const interval = { unit: "fixed_days", count: 30 };
  const life = {
    interval,
    timeZone: "America/New_York",
    from: "2026-02-10T12:00",
    to: "2026-05-12",
  };

  expect(await invoicedOn(life)).toEqual([
    "2026-03-12T12:00",
    "2026-04-11T12:00",
    "2026-05-11T12:00",
  ]);
});

test.each([
  {
    because: "weeks keep their weekday",
    interval: { unit: "week" },
    to: "2026-02-01",
    issued: ["2026-01-08", "2026-01-15", "2026-01-22", "2026-01-29"],
  },
  {
    because: "two weeks are one period",
    interval: { unit: "week", count: 2 },
    to: "2026-02-01",
    issued: ["2026-01-15", "2026-01-29"],
  },
  {
    because: "a quarter is three months",
    interval: { unit: "quarter" },
    to: "2026-12-31",
    issued: ["2026-04-01", "2026-07-01", "2026-10-01"],
  },
  {
    because: "a year is a year",
    interval: { unit: "year" },
    to: "2028-01-01",
    issued: ["2027-01-01", "2028-01-01"],
  },
])("$because", async ({ interval, to, issued }) => {
  expect(await invoicedOn({ interval, from: "2026-01-01", to })).toEqual(issued);
});

test("a year that begins on 29 February ends on the 28th, except in leap years", async () => {
  const life = { interval: { unit: "year" }, from: "2024-02-29", to: "2028-03-01" };

  expect(await invoicedOn(life)).toEqual(["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]);
});

test("a time zone that changes later leaves the running subscription where it is", async () => {
  const ada = await story.welcome({ clock: "2026-01-31T05:00", timeZone: "America/Jamaica" });
  const subscription = await ada.subscribes(await story.publish([flat("1.00")]));
  await shop.call("PATCH", `/v1/customers/${ada.id}`, { body: { time_zone: "Asia/Tokyo" } });

  await ada.livesUntil("2026-03-01");

  expect(await subscription.period()).toBe("2026-02-28T05:00 – 2026-03-31T05:00");
});
