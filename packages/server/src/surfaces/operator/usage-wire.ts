import { type Static, Type } from "typebox";
import { Compile } from "typebox/compile";
import { isoInstant, isoInstantOrNull } from "#kernel/clock.ts";
import { BillingError, errorCodes } from "#kernel/error.ts";
import { formatOwnedId } from "#kernel/ids.ts";
import { formatNanos } from "#kernel/nanos.ts";
import { type PlanVersion, usagePrices } from "#modules/catalog/domain/index.ts";
import {
  AGGREGATIONS,
  type UsageEvent,
  type UsageOutcome,
} from "#modules/metering/domain/index.ts";
import type { MeterUsage } from "#modules/metering/index.ts";
import type { Subscription } from "#modules/subscriptions/domain/index.ts";
import {
  Closed,
  IdString,
  INSTANT_END_MS,
  Instant,
  Literals,
  Nullable,
  parseInstant,
} from "#platform/http/wire.ts";

const PROPERTIES_MAX = 50;
const ISO_CHARACTERS = "2026-01-31T09:30:00.000Z".length;

const UsageEventBody = Closed(
  {
    subscription: Type.Optional(IdString("subscription")),
    customer: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        description:
          "Instead of `subscription`: a customer's id, or your own id for it. The event goes to the " +
          "one subscription of it that has the metric and ran at the event's time.",
        examples: ["acme"],
      }),
    ),
    metric: Type.String({ minLength: 1, maxLength: 100, examples: ["packages"] }),
    quantity: Type.String({
      description: "Exact decimal, sent as a string; negative to correct what was sent before",
      examples: ["3"],
    }),
    reference_id: Type.String({
      minLength: 1,
      maxLength: 200,
      description:
        "Names the event within its subscription: however often it is sent, it counts once",
      examples: ["order-1042"],
    }),
    occurred_at: Type.Optional(Instant),
    properties: Type.Optional(
      Type.Record(
        Type.String({ pattern: "^[^\\u0000-\\u001f]{1,100}$" }),
        Type.Union([Type.String({ maxLength: 500 }), Type.Number(), Type.Boolean()]),
        { maxProperties: PROPERTIES_MAX, additionalProperties: false },
      ),
    ),
  },
  { description: "Either `subscription` or `customer` is given." },
);

export const UsageBody = Type.Union([
  UsageEventBody,
  Type.Array(UsageEventBody, { minItems: 1, maxItems: 10_000 }),
]);

const Outcome = {
  reference_id: Type.Optional(Type.String()),
  status: Literals(["recorded", "duplicate", "refused"]),
};

export const UsageAnswer = Type.Union([
  Type.Object(Outcome, { description: "For one event" }),
  Type.Object(
    {
      results: Type.Array(
        Type.Object({
          ...Outcome,
          code: Type.Optional(Type.String({ examples: ["usage_metric_unknown"] })),
          message: Type.Optional(Type.String()),
          path: Type.Optional(
            Type.String({ description: "JSON pointer to the field that is wrong" }),
          ),
        }),
        { description: "One per event, in their order" },
      ),
      recorded: Type.Integer(),
      duplicates: Type.Integer(),
      refused: Type.Integer(),
    },
    { description: "For an array of events" },
  ),
]);

/** What is wrong with the form of one event. */
export interface FormFault {
  readonly code: "body_invalid" | "time_invalid";
  /** JSON pointer within the event. */
  readonly path: string;
  readonly message: string;
}

// The time is read, and refused, by `instantOf`: checking its form twice would be felt on this route.
const eventForm = Compile(
  Closed({ ...UsageEventBody.properties, occurred_at: Type.Optional(Type.String()) }),
);

/** Reads one event; answers what is wrong with it when it does not have the documented form. */
export function usageEventFromWire(body: unknown): UsageEvent | FormFault {
  if (!eventForm.Check(body)) return firstFault(body);
  const { subscription = null, customer = null, occurred_at } = body;
  if ((subscription === null) === (customer === null)) {
    return bodyFault("", "must have either subscription or customer");
  }
  const occurredAtMs = occurred_at === undefined ? null : instantOf(occurred_at);
  if (occurredAtMs === undefined) {
    return { code: "time_invalid", path: "/occurred_at", message: errorCodes.time_invalid.means };
  }
  return {
    subscription,
    customer,
    metric: body.metric,
    quantity: body.quantity,
    referenceId: body.reference_id,
    occurredAtMs,
    properties: body.properties ?? null,
  };
}

export function isFault(read: UsageEvent | FormFault): read is FormFault {
  return "code" in read;
}

/** The refusal of a request that is one event. */
export function faultError({ code, path, message }: FormFault): BillingError {
  return new BillingError(code, { errors: [{ path, message }] });
}

/** One entry of a batch's answer. */
export interface EventResult {
  readonly reference_id?: string;
  readonly status: UsageOutcome["status"];
  readonly code?: string;
  readonly message?: string;
  readonly path?: string;
}

export function outcomeToWire(referenceId: string, outcome: UsageOutcome): EventResult {
  const { status } = outcome;
  if (outcome.status !== "refused") return { reference_id: referenceId, status };
  const { code } = outcome;
  return { reference_id: referenceId, status, code, message: errorCodes[code].means };
}

/** `body` is what was sent in place `index`, which may be anything. */
export function faultToWire({ code, path, message }: FormFault, body: unknown, index: number) {
  const reference = (body as { reference_id?: unknown } | null)?.reference_id;
  return {
    ...(typeof reference === "string" ? { reference_id: reference.slice(0, 200) } : {}),
    status: "refused" as const,
    code,
    message,
    path: `/${index}${path}`,
  };
}

export const SubscriptionUsageWire = Closed({
  subscription: IdString("subscription"),
  period_start: Nullable(Instant),
  period_end: Nullable(Instant),
  metrics: Type.Array(
    Closed({
      metric: Type.String({ examples: ["packages"] }),
      meter: Type.String({ examples: ["packages"] }),
      aggregation: Literals(AGGREGATIONS),
      quantity: Type.String({ description: "Exact decimal", examples: ["150"] }),
      event_count: Type.Integer({ description: "How many events it was measured from" }),
    }),
  ),
});

export function subscriptionUsageToWire(
  subscription: Subscription,
  plan: PlanVersion,
  usage: readonly MeterUsage[],
): Static<typeof SubscriptionUsageWire> {
  const { period } = subscription;
  return {
    subscription: formatOwnedId("subscription", subscription),
    period_start: isoInstantOrNull(period?.startMs ?? null),
    period_end: isoInstantOrNull(period?.endMs ?? null),
    metrics: usagePrices(plan)
      .map(({ meter }) => ({ meter, counted: usage.find((one) => one.meter === meter.name) }))
      .toSorted((one, other) => (one.meter.name < other.meter.name ? -1 : 1))
      .flatMap(({ meter: { metric, name, aggregation }, counted }) => {
        if (counted === undefined) return [];
        const quantity = formatNanos(counted.quantity);
        const event_count = Number(counted.eventCount);
        return [{ metric, meter: name, aggregation, quantity, event_count }];
      }),
  };
}

function firstFault(body: unknown): FormFault {
  const [first] = [...eventForm.Errors(body)].filter(
    ({ keyword }) => keyword !== "additionalProperties",
  );
  if (first === undefined) return bodyFault("", "does not have the documented form");
  const isUnknownField = first.keyword === "boolean";
  return bodyFault(first.instancePath, isUnknownField ? "is not a known field" : first.message);
}

function bodyFault(path: string, message: string): FormFault {
  return { code: "body_invalid", path, message };
}

/** An instant, or undefined for what is none. Exactly what we write ourselves is read the short way. */
function instantOf(text: string): number | undefined {
  const instantMs = text.length === ISO_CHARACTERS ? Date.parse(text) : Number.NaN;
  if (instantMs >= 0 && instantMs < INSTANT_END_MS && isoInstant(instantMs) === text) {
    return instantMs;
  }
  try {
    return parseInstant(text);
  } catch {
    return undefined;
  }
}
