import { expect, test } from "vitest";
import { HOUR_MS, SECOND_MS } from "#kernel/clock.ts";
import { askedPauseMs } from "./retry-after.ts";

const nowMs = Date.UTC(2026, 10, 21, 12);
const DAY = 24 * HOUR_MS;

test.each([
  { header: "120", pauseMs: 120 * SECOND_MS, because: "it is seconds" },
  { header: " 7 ", pauseMs: 7 * SECOND_MS, because: "blanks around it mean nothing" },
  { header: "0", pauseMs: 0, because: "there is no need to wait" },
  { header: "Sat, 21 Nov 2026 13:00:00 GMT", pauseMs: HOUR_MS, because: "it is a date" },
  { header: "Sat, 21 Nov 2026 11:00:00 GMT", pauseMs: 0, because: "that hour has passed" },
  { header: "86401", pauseMs: DAY, because: "a day is the most that is granted" },
  { header: "9".repeat(400), pauseMs: DAY, because: "so it is when the number is beyond numbers" },
  { header: "Sat, 21 Nov 2099 13:00:00 GMT", pauseMs: DAY, because: "a date is bounded too" },
  { header: "Sat, 99 Nov 2026 13:00:00 GMT", pauseMs: 0, because: "there is no such day" },
  { header: "-5", pauseMs: 0, because: "time does not run backwards" },
  { header: "1.5", pauseMs: 0, because: "it is no whole number" },
  { header: "2099", pauseMs: 2099 * SECOND_MS, because: "a year alone is seconds" },
  { header: "tomorrow", pauseMs: 0, because: "it cannot be read" },
  { header: "", pauseMs: 0, because: "it says nothing" },
  { header: null, pauseMs: 0, because: "it was not sent" },
])("Retry-After: $header is a pause of $pauseMs ms: $because", ({ header, pauseMs }) => {
  expect(askedPauseMs(header, nowMs)).toBe(pauseMs);
});
