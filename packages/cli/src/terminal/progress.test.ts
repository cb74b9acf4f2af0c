import { expect, test } from "vitest";
import { duration, progressLine } from "./progress.ts";

const label = { label: "import", unit: "rows" };

test("a line says how far it is, how fast, and how long it still takes", () => {
  expect(progressLine(label, { share: 0.25, count: 30_000 }, 3)).toBe(
    "import  █████░░░░░░░░░░░░░░░  25 %  9 s left  30,000 rows  10,000/s",
  );
});

test("without a known end it says how far and how fast", () => {
  expect(progressLine(label, { share: null, count: 500 }, 2)).toBe("import  500 rows  250/s");
});

test.each([
  [0.2, "1 s"],
  [59, "59 s"],
  [125, "2 min 5 s"],
  [4800, "1 h 20 min"],
])("%d seconds are %s", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});
