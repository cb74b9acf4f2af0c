import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { Engine } from "#flows/engine.ts";
import { loadSubject } from "#flows/load-subject.ts";
import { present } from "#kernel/assert.ts";
import { BillingError } from "#kernel/error.ts";
import { ownedKey } from "#kernel/ids.ts";
import type { UsageEvent } from "#modules/metering/domain/index.ts";
import { type UsageRecorder, usageOf } from "#modules/metering/index.ts";
import { getSubscription } from "#modules/subscriptions/index.ts";
import { compileAddressValidator } from "#platform/http/validation.ts";
import { ownedIdFrom } from "#platform/http/wire.ts";
import * as operations from "./usage-operations.ts";
import {
  type EventResult,
  faultError,
  faultToWire,
  isFault,
  outcomeToWire,
  subscriptionUsageToWire,
  usageEventFromWire,
} from "./usage-wire.ts";

const EVENTS_MAX = 10_000;

/** Recording usage, and reading what was used so far. */
export const usageRoutes =
  (
    engine: Pick<Engine, "plans">,
    { record }: Pick<UsageRecorder, "record">,
  ): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      "/v1/usage",
      {
        ...operations.recordUsage,
        // Events are checked one by one, so that in an array only the bad ones are refused.
        validatorCompiler: compileAddressValidator,
        serializerCompiler: () => JSON.stringify,
      },
      async ({ body, caller: { projectId } }) =>
        Array.isArray(body) ? recordMany(projectId, body) : recordOne(projectId, body),
    );

    app.get("/v1/subscriptions/:id/usage", operations.getSubscriptionUsage, (request) =>
      request.transact(async (tx) => {
        const key = ownedIdFrom("subscription", request.params.id, "subscription_not_found");
        const subscription = await getSubscription(tx, key);
        const { plan } = await loadSubject(engine, tx, subscription);
        const usage = await usageOf(tx, [subscription]);
        return subscriptionUsageToWire(subscription, plan, usage.get(ownedKey(key)) ?? []);
      }),
    );

    async function recordOne(projectId: number, body: unknown) {
      const event = usageEventFromWire(body);
      if (isFault(event)) throw faultError(event);
      const [answer] = await record(projectId, [event]);
      const outcome = present(answer, "each event has an outcome");
      if (outcome.status === "refused") {
        const details = { ...outcome.details, reference_id: event.referenceId };
        throw new BillingError(outcome.code, details);
      }
      return outcomeToWire(event.referenceId, outcome);
    }

    async function recordMany(projectId: number, bodies: readonly unknown[]) {
      if (bodies.length === 0 || bodies.length > EVENTS_MAX) {
        const message = `takes 1 to ${EVENTS_MAX} events`;
        throw new BillingError("body_invalid", { errors: [{ path: "", message }] });
      }
      const read = bodies.map(usageEventFromWire);
      const events = read.filter((event): event is UsageEvent => !isFault(event));
      const outcomes = await record(projectId, events);
      let answered = 0;
      return batchAnswer(
        read.map((event, index) => {
          if (isFault(event)) return faultToWire(event, bodies[index], index);
          const outcome = present(outcomes[answered], "each event has an outcome");
          answered += 1;
          return outcomeToWire(event.referenceId, outcome);
        }),
      );
    }
  };

function batchAnswer(results: EventResult[]) {
  const count = (wanted: EventResult["status"]) =>
    results.reduce((sum, { status }) => (status === wanted ? sum + 1 : sum), 0);
  return {
    results,
    recorded: count("recorded"),
    duplicates: count("duplicate"),
    refused: count("refused"),
  };
}
