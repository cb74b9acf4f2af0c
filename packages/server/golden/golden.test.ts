import { describe, expect, test } from "vitest";
import { evaluate } from "./evaluate.ts";
import type { GoldenCase } from "./golden-case.ts";
import { KEPT_CASES, readCases } from "./read-cases.ts";

const read = await readCases();
const cases = typeof read === "string" ? [] : read;

describe("the figures of other engines", () => {
  test("are there", () => {
    expect(cases.length).toBeGreaterThan(180);
  });

  test.each(cases)("$id $topic: $title", (golden) => {
    const { verdict, reason } = evaluate(golden);
    expect(verdict === "agree" ? "agrees" : reason).toMatch(/^agrees$|not built yet$/);
  });

  test.each(cases.filter((golden) => evaluate(golden).verdict === "agree"))(
    "$id says so when its figures are changed",
    (golden) => {
      const wrong = Object.fromEntries(
        Object.keys(golden.expected).map((name) => [name, ["nothing of the kind"]]),
      );
      expect(evaluate(withExpected(golden, wrong)).verdict).not.toBe("agree");
    },
  );
});

describe("a case that cannot be said in this engine's words", () => {
  const [proration] = cases.filter(({ id }) => id === "G001");

  test.each<{ changes: Partial<GoldenCase>; reason: RegExp }>([
    { changes: { topic: "weather" }, reason: /no case of this shape/ },
    { changes: { inputs: { interval: "month" } }, reason: /no case of this shape/ },
  ])("is not supported: $reason", ({ changes, reason }) => {
    const { verdict, reason: why } = evaluate({ ...(proration as GoldenCase), ...changes });
    expect(verdict).toBe("unsupported");
    expect(why).toMatch(reason);
  });

  test("as an interval that nobody knows is not supported either", () => {
    const golden = proration as GoldenCase;
    const inputs = { ...golden.inputs, interval: "fortnight" };
    expect(evaluate({ ...golden, inputs }).reason).toBe("fortnight is no interval");
  });
});

test("a case that contradicts itself is refused alone, and takes no other down", () => {
  const segment = cases.find(({ id }) => id === "G188") as GoldenCase;
  const inputs = { ...segment.inputs, to: "2199-01-01" };
  const { verdict, got, reason } = evaluate({ ...segment, inputs });
  expect({ verdict, got, reason }).toEqual({
    verdict: "differ",
    got: null,
    reason: "refused: a part lies within its period",
  });
});

test("a file without cases is told, and no crash", async () => {
  expect(await readCases("/nowhere/cases.json")).toMatch(/cannot be read/);
  expect(await readCases(KEPT_CASES.replace("cases.json", "main.ts"))).toMatch(/cannot be read/);
});

function withExpected(golden: GoldenCase, expected: GoldenCase["expected"]): GoldenCase {
  return { ...golden, expected };
}
