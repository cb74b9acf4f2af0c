import { type Static, Type } from "typebox";
import { Compile } from "typebox/compile";
import type { EntryResult, ReadEvent } from "#flows/record-usage.ts";
import { BillingError, type ErrorCode, errorCodes } from "#kernel/error.ts";
import { formatNanos } from "#kernel/nanos.ts";
import { Closed, Instant, Literals, parseInstant } from "#platform/http/wire.ts";
import { nanosFromNumber } from "./json-numbers.ts";

const UsageEventBody = Closed({
  metric: Type.String({ minLength: 1, maxLength: 100, examples: ["packages"] }),
  metric_count: Type.Number({ description: "How many; negative to correct", examples: [1] }),
  reference_id: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      description: "Counts once however often it is sent",
    }),
  ),
  occurred_at: Type.Optional(Instant),
});

export const UsageBody = Type.Union([
  UsageEventBody,
  Type.Array(UsageEventBody, { minItems: 1, maxItems: 10_000 }),
]);

const Receipt = Type.Object({
  metric: Type.String(),
  metric_count: Type.Number(),
  reference_id: Type.String(),
  status: Literals(["recorded", "duplicate"]),
});

const Result = Type.Object({
  reference_id: Type.Optional(Type.String()),
  status: Literals(["recorded", "duplicate", "refused"]),
  error: Type.Optional(Closed({ code: Type.String(), message: Type.String() })),
});

export const UsageAnswer = Type.Union([Receipt, Type.Array(Result)]);

export interface UsageFault {
  readonly error: BillingError;
  readonly referenceId: string | undefined;
}

// The time is read, and refused, by `parseInstant`, whose refusal says more.
const eventForm = Compile(
  Closed({ ...UsageEventBody.properties, occurred_at: Type.Optional(Type.String()) }),
);

/** Reads one event of a subscription. One without a reference gets the one given. */
export function usageFromWire(
  body: unknown,
  subscription: string,
  newReference: () => string,
): ReadEvent<UsageFault> {
  try {
    if (!eventForm.Check(body)) throw formError(body);
    return { event: eventOf(body, subscription, newReference) };
  } catch (error) {
    if (!(error instanceof BillingError)) throw error;
    const reference = (body as { reference_id?: unknown } | null)?.reference_id;
    const referenceId = typeof reference === "string" ? reference.slice(0, 200) : undefined;
    return { fault: { error, referenceId } };
  }
}

/** The answer to one event, or the refusal of it. */
export function receiptToWire(result: EntryResult<UsageFault>) {
  if (result.fault !== undefined) throw result.fault.error;
  const { event, outcome } = result;
  if (outcome.status === "refused") {
    throw new BillingError(outcome.code, { ...outcome.details, reference_id: event.referenceId });
  }
  return {
    metric: event.metric,
    metric_count: Number(event.quantity),
    reference_id: event.referenceId,
    status: outcome.status,
  };
}

/** The answer to one event of a batch. */
export function resultToWire(result: EntryResult<UsageFault>): Static<typeof Result> {
  if (result.fault !== undefined) {
    const { error, referenceId } = result.fault;
    return {
      ...(referenceId === undefined ? {} : { reference_id: referenceId }),
      status: "refused",
      error: errorToWire(error.code),
    };
  }
  const { event, outcome } = result;
  const { status } = outcome;
  return {
    reference_id: event.referenceId,
    status,
    ...(outcome.status === "refused" ? { error: errorToWire(outcome.code) } : {}),
  };
}

function eventOf(
  body: Static<typeof UsageEventBody>,
  subscription: string,
  newReference: () => string,
) {
  return {
    subscription,
    customer: null,
    metric: body.metric,
    quantity: formatNanos(nanosFromNumber(body.metric_count, "/metric_count")),
    referenceId: body.reference_id ?? newReference(),
    occurredAtMs: body.occurred_at === undefined ? null : parseInstant(body.occurred_at),
    properties: null,
  };
}

function formError(body: unknown): BillingError {
  const errors = [...eventForm.Errors(body)]
    .filter(({ keyword }) => keyword !== "additionalProperties")
    .map(({ keyword, instancePath, message }) => ({
      path: instancePath,
      message: keyword === "boolean" ? "is not a known field" : message,
    }));
  return new BillingError("body_invalid", { errors });
}

function errorToWire(code: ErrorCode) {
  return { code, message: errorCodes[code].means };
}
