import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import {
  type Dialect,
  type Dialects,
  dialectNames,
  nativeEvent,
  type WebhookEvent,
} from "#modules/webhooks/domain/index.ts";
import { eventsAfter } from "#modules/webhooks/index.ts";
import { Closed, IdString, Instant, Literals, Nullable } from "#platform/http/wire.ts";

const Message = Type.Object(
  {
    type: Type.String({ examples: ["subscriptions.renewed"] }),
    body: Type.String({ description: "The text of its webhook, to the letter" }),
  },
  {
    description:
      "What webhooks of the `dialect` that was asked for say; null where it has no word for it",
  },
);

const EventWire = Type.Object({
  id: IdString("event", { description: "Also the `webhook-id` of every webhook that tells it" }),
  type: Type.String({ examples: ["invoice.paid"] }),
  occurred_at: Instant,
  number: Type.Integer({
    minimum: 1,
    description: "Its place in the project's log: 1, 2, 3 … without a gap",
  }),
  data: Type.Record(Type.String(), Type.Unknown(), {
    description: "What the event is about, as it was when it happened",
  }),
  message: Type.Optional(Nullable(Message)),
});

const listEvents = {
  config: { scope: "billing:read", refuses: ["webhook_event_type_unknown"] },
  schema: {
    operationId: "listEvents",
    summary: "Read the event log, oldest first, from after a number on",
    description:
      "Events are numbered without gaps, and none appears before one with a smaller number. So whoever has read up to a number has missed nothing: keep `read_to`, and ask for what comes after it. With `types` an answer may be short or empty although there is more: what is not wanted has been read as well.",
    tags: ["events"],
    querystring: Closed({
      after: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 0 }),
      limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
      types: Type.Optional(
        Type.String({
          pattern: "^[a-z_.]{3,100}(,[a-z_.]{3,100}){0,49}$",
          description: "Only events of these types, separated by commas",
          examples: ["invoice.paid,payment.failed"],
        }),
      ),
      dialect: Type.Optional(
        Literals(dialectNames, {
          description: "Adds to each event the `message` that endpoints of this dialect are sent",
        }),
      ),
    }),
    response: {
      200: Type.Object({
        data: Type.Array(EventWire),
        read_to: Type.Integer({
          minimum: 0,
          description: "The number up to which the log has been read: the next `after`",
        }),
        last_number: Type.Integer({ minimum: 0, description: "The newest event's number" }),
        next_cursor: Nullable(Type.String({ description: "`read_to`, when there is more by now" })),
        has_more: Type.Boolean(),
      }),
    },
  },
} as const;

/** The event log: everything that webhooks tell, to be read again from any place on. */
export const eventRoutes =
  (dialects: Dialects): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get("/v1/events", listEvents, (request) =>
      request.transact(async (tx) => {
        const { after, limit, types, dialect } = request.query;
        const { events, readTo, lastNumber } = await eventsAfter(tx, dialects, {
          afterNumber: BigInt(after),
          countMax: limit,
          types: types?.split(",") ?? null,
        });
        const hasMore = readTo < lastNumber;
        return {
          data: events.map((event) => ({
            ...nativeEvent(event),
            ...(dialect === undefined ? {} : { message: messageOf(event, dialect, dialects) }),
          })),
          read_to: Number(readTo),
          last_number: Number(lastNumber),
          next_cursor: hasMore ? String(readTo) : null,
          has_more: hasMore,
        };
      }),
    );
  };

function messageOf(event: WebhookEvent, dialect: Dialect, dialects: Dialects) {
  const message = dialects[dialect].render(event);
  return message === null ? null : { type: message.type, body: JSON.stringify(message.body) };
}
