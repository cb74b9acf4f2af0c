import { expect, test } from "vitest";
import { holds, reportLines } from "./report.ts";
import { runChaos } from "./run.ts";

test("300 payments through every fault: one charge for each invoice, and the books say the same", async () => {
  const report = await runChaos({ seed: 42, payments: 300 });

  if (!holds(report)) throw new Error(reportLines(report).join("\n"));
  expect(report.charges).toBe(report.payments);
  expect(report.confirmed).toBeGreaterThan(0);
  // Chance may spare a rare fault in so short a run, but not whole kinds of them.
  const struck = new Set(
    report.struck.filter(({ count }) => count > 0).map(({ fault }) => fault.split(",")[0]),
  );
  expect(struck).toEqual(
    new Set([
      "disconnect",
      "duplicate_webhooks",
      "ignore_idempotency_key",
      "late_webhooks",
      "lost_webhooks",
      "rate_limit",
      "reordered_webhooks",
      "server_error",
      "timeout",
      "webhooks_before_answer",
    ]),
  );
}, 120_000);
