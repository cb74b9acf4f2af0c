import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { recordReadable } from "#flows/record-usage.ts";
import { present } from "#kernel/assert.ts";
import { BillingError } from "#kernel/error.ts";
import { encodeHalf, type NewId } from "#kernel/ids.ts";
import type { UsageRecorder } from "#modules/metering/index.ts";
import { compileAddressValidator } from "#platform/http/validation.ts";
import { ok } from "./answers.ts";
import * as operations from "./subscription-operations.ts";
import { receiptToWire, resultToWire, usageFromWire } from "./usage-wire.ts";

const EVENTS_MAX = 10_000;
const REFERENCE_CHARACTERS_MAX = 200;

/** Recording usage, one event or many. */
export const meteredUsageRoutes =
  (recorder: Pick<UsageRecorder, "record">, newId: NewId): FastifyPluginAsyncTypebox =>
  async (app) => {
    // An event without a reference has the one that the request itself is repeated under, if any.
    const referenceFor = (requestKey: string | string[] | undefined, index: number) => {
      if (requestKey === undefined) return `ref_${encodeHalf(newId())}`;
      const reference = `${String(requestKey)}#${index}`;
      if (reference.length > REFERENCE_CHARACTERS_MAX)
        throw new BillingError("idempotency_key_invalid");
      return reference;
    };

    app.post(
      "/api/v1/billing_subscriptions/:uid/usage",
      {
        ...operations.recordUsage,
        // Events are checked one by one, so that in a batch only the bad ones are refused.
        validatorCompiler: compileAddressValidator,
        serializerCompiler: () => JSON.stringify,
      },
      async ({ body, params, headers, caller: { projectId } }) => {
        const { uid } = params;
        const bodies: readonly unknown[] = Array.isArray(body) ? body : [body];
        refuseUnlessCountable(bodies.length);
        const entries = bodies.map((one, index) =>
          usageFromWire(one, uid, () => referenceFor(headers["idempotency-key"], index)),
        );
        const results = await recordReadable(recorder, projectId, entries);
        if (Array.isArray(body)) return ok(results.map(resultToWire));
        return ok(receiptToWire(present(results[0], "one event has one result")));
      },
    );
  };

function refuseUnlessCountable(count: number): void {
  if (count > 0 && count <= EVENTS_MAX) return;
  const message = `takes 1 to ${EVENTS_MAX} events`;
  throw new BillingError("body_invalid", { errors: [{ path: "", message }] });
}
