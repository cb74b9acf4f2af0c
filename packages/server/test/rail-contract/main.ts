import { join } from "node:path";
import { startVitest } from "vitest/node";
import { testModeKey } from "./test-mode-key.ts";

/** `npm run rail:contract`: the rail's contract against Stripe's test mode; no part of `npm test`. */
const minuteMs = 60_000;

try {
  testModeKey(process.env);
  await startVitest(
    "test",
    [],
    {
      root: join(import.meta.dirname, "../.."),
      config: false,
      watch: false,
      include: ["test/rail-contract/stripe.contract.ts"],
      // Each step is a request across the internet, and some wait for one another.
      testTimeout: minuteMs,
      hookTimeout: minuteMs,
    },
    {
      resolve: { conditions: ["source", "module", "node", "development|production"] },
      ssr: {
        resolve: {
          conditions: ["source", "module", "node", "development|production"],
          externalConditions: ["source", "node"],
        },
      },
    },
  );
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}
