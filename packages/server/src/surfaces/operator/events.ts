import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { nativeEvent } from "#modules/webhooks/domain/index.ts";
import { eventsAfter } from "#modules/webhooks/index.ts";
import { Closed, IdString, Instant, Nullable } from "#platform/http/wire.ts";

const EventNumber = Type.Integer({
  minimum: 1,
  description: "Its place in the project's log: 1, 2, 3 … without a gap",
});

const EventWire = Type.Object({
  id: IdString("event", { description: "Also the `webhook-id` of every webhook that tells it" }),
  type: Type.String({ examples: ["invoice.paid"] }),
  occurred_at: Instant,
  number: EventNumber,
  data: Type.Record(Type.String(), Type.Unknown(), {
    description: "What the event is about, as it was when it happened",
  }),
});

/** The event log: everything that webhooks tell, to be read again from any place on. */
export const eventRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    "/v1/events",
    {
      config: { scope: "billing:read", refuses: [] },
      schema: {
        operationId: "listEvents",
        summary: "Read the event log, oldest first, from after a number on",
        description:
          "Events are numbered without gaps, and none appears before one with a smaller number. So whoever has read up to a number has missed nothing: keep it, and ask for what comes after it.",
        tags: ["events"],
        querystring: Closed({
          after: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 0 }),
          limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
        }),
        response: {
          200: Type.Object({
            data: Type.Array(EventWire),
            next_cursor: Nullable(
              Type.String({ description: "Give it as `after` to get the next page" }),
            ),
            has_more: Type.Boolean(),
          }),
        },
      },
    },
    (request) =>
      request.transact(async (tx) => {
        const { after, limit } = request.query;
        const found = await eventsAfter(tx, BigInt(after), limit + 1);
        const shown = found.slice(0, limit);
        const hasMore = found.length > limit;
        return {
          data: shown.map(nativeEvent),
          next_cursor: hasMore ? String(shown.at(-1)?.number) : null,
          has_more: hasMore,
        };
      }),
  );
};
