import { expect, test } from "vitest";
import { FAILING_MAX_MS, healthChange, type TryEnd } from "./health.ts";
import { outcomeOf } from "./outcome.ts";

const startMs = Date.UTC(2026, 0, 1);

/** A try that ended with this answer, so long after the start. */
function answered(status: number | null, afterMs: number): TryEnd {
  const endedAtMs = startMs + afterMs;
  const end = { endedAtMs, retryAfter: null, chance: 0 };
  return { outcome: outcomeOf({ attemptNumber: 1, status }, end), endedAtMs };
}

test.each([
  { since: null, tries: [answered(204, 0)], change: null, because: "all is well, as before" },
  {
    since: null,
    tries: [answered(500, 20), answered(null, 10)],
    change: { kind: "failing", sinceMs: startMs + 10 },
    because: "trouble begins with the first failure",
  },
  {
    since: startMs,
    tries: [answered(500, FAILING_MAX_MS - 1)],
    change: null,
    because: "five days are not over",
  },
  {
    since: startMs,
    tries: [answered(500, FAILING_MAX_MS)],
    change: { kind: "disable", reason: "failing" },
    because: "five days are over",
  },
  {
    since: startMs,
    tries: [answered(500, FAILING_MAX_MS), answered(200, FAILING_MAX_MS)],
    change: { kind: "recovered" },
    because: "it takes some again",
  },
  {
    since: null,
    tries: [answered(200, 0), answered(410, 1)],
    change: { kind: "disable", reason: "gone" },
    because: "gone is gone",
  },
] as const)("failing since $since, its tries say $change: $because", (row) => {
  expect(healthChange({ failingSinceMs: row.since }, row.tries)).toEqual(row.change);
});
