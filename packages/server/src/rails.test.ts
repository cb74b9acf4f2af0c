import { expect, test } from "vitest";
import { createLogger } from "#platform/http/log.ts";
import { manualClock } from "#test/support/manual-clock.ts";
import { createRails } from "./rails.ts";

test("a side without a provider says which setting it lacks", () => {
  const { rails } = createRails(
    {
      role: "api",
      publicUrl: "https://billing.example",
      clock: manualClock(0),
      log: createLogger("silent"),
      sandboxJournalPath: null,
      sandboxProjects: [],
      stripe: null,
      stripeSandbox: null,
    },
    async () => ({ status: 200 }),
  );
  const refusal = (setting: string) =>
    expect.objectContaining({ code: "rail_not_configured", details: { setting } });

  expect(() => rails(2)).toThrow(refusal("STRIPE_SECRET_KEY"));
  expect(() => rails(3)).toThrow(refusal("FARTHING_STRIPE_SANDBOX_URL"));
});
