import { Type } from "typebox";
import { PROPERTY_PATTERN } from "#modules/catalog/domain/index.ts";
import { Page } from "#platform/http/page.ts";
import { Closed, DecimalString, IdString, Instant, Nullable } from "#platform/http/wire.ts";

const PropertyName = Type.String({ pattern: PROPERTY_PATTERN, examples: ["region"] });

const UsageEventWire = Closed({
  subscription: IdString("subscription"),
  metric: Type.String({ examples: ["packages"] }),
  quantity: DecimalString({ examples: ["3"] }),
  reference_id: Type.String({ examples: ["order-1042"] }),
  occurred_at: Instant,
  received_at: Instant,
  period_start: Instant,
  properties: Nullable(
    Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()])),
  ),
});

export const searchUsageEvents = {
  config: {
    scope: "billing:read",
    refuses: ["customer_not_found", "subscription_not_found", "time_invalid"],
  },
  schema: {
    operationId: "searchUsageEvents",
    summary: "Search the usage events of a customer or of a subscription",
    description:
      "`customer` or `subscription` is needed; all that is given has to match. Events come by " +
      "subscription and reference. A page looks at up to 10,000 of them: it may hold fewer than " +
      "`limit`, or none, and yet have a next one. Asking for a recent time, a period or a reference " +
      "leaves most of a long history aside.",
    tags: ["usage"],
    querystring: Closed({
      customer: Type.Optional(IdString("customer")),
      subscription: Type.Optional(IdString("subscription")),
      reference_id: Type.Optional(
        Type.String({ minLength: 1, maxLength: 200, pattern: "^[^\\u0000]*$" }),
      ),
      metric: Type.Optional(
        Type.String({ minLength: 1, maxLength: 100, pattern: "^[^\\u0000]*$" }),
      ),
      period_start: Type.Optional(Instant),
      occurred_from: Type.Optional(Instant),
      occurred_before: Type.Optional(Instant),
      property: Type.Optional(PropertyName),
      property_value: Type.Optional(
        Type.String({
          maxLength: 500,
          pattern: "^[^\\u0000]*$",
          description: "The value of `property`, as text; left out, any",
          examples: ["eu"],
        }),
      ),
      limit: Type.Integer({ minimum: 1, maximum: 1000, default: 20 }),
      cursor: Type.Optional(Type.String({ maxLength: 1000 })),
    }),
    response: { 200: Page(UsageEventWire) },
  },
} as const;
