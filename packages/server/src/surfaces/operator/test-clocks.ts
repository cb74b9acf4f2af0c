import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { advanceClock } from "#flows/advance-clock.ts";
import type { Collector } from "#flows/collect-due-payments.ts";
import { isoInstant } from "#kernel/clock.ts";
import { Closed, IdString, Instant, idFrom, parseInstant } from "#platform/http/wire.ts";

/** Time travel for customers in sandbox. */
export const testClockRoutes =
  (collector: Collector): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      "/v1/customers/:id/test_clock/advance",
      {
        config: {
          scope: "billing:write",
          refuses: [
            "customer_not_found",
            "test_clock_absent",
            "clock_not_ahead",
            "time_invalid",
            "rail_not_configured",
            "rail_unavailable",
          ],
        },
        schema: {
          operationId: "advanceTestClock",
          summary: "Move a customer's test clock forward, living through every instant on the way",
          description:
            "Periods close, invoices are charged and failed charges are tried again exactly as they would be in production. Broken off half-way, ask again: it goes on from where it was.",
          tags: ["test clocks"],
          params: Closed({ id: IdString("customer") }),
          body: Closed({ to: Instant }),
          response: { 200: Closed({ customer: IdString("customer"), now: Instant }) },
        },
      },
      async ({ caller, params, body }) => {
        const toMs = parseInstant(body.to);
        const customerId = idFrom("customer", params.id, "customer_not_found");
        await advanceClock(collector, { projectId: caller.projectId, customerId }, toMs);
        return { customer: params.id, now: isoInstant(toMs) };
      },
    );
  };
