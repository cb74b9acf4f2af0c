import { unreachable } from "#kernel/assert.ts";
import { formatAttos, formatNanos, storedAttos, storedNanos } from "#kernel/nanos.ts";
import type { ProrationBasis, Share } from "#kernel/proration.ts";
import type { Computation } from "#modules/invoices/domain/index.ts";
import type { Meter } from "#modules/metering/domain/index.ts";
import {
  type EventTally,
  type PriceModelJson,
  priceModelFromJson,
  priceModelToJson,
} from "#modules/rating/domain/index.ts";

/** A computation as it is stored and shown: every figure a decimal string. */
export type ComputationJson =
  /** `item` is left out where it was written with the invoice. */
  | { type: "one_off"; quantity: string; unit_amount: string; item?: string }
  | ({ type: "flat" } & FlatJson)
  | ({ type: "credit"; kept_minor: string; invoice: string; line: number } & FlatJson)
  | {
      type: "minimum" | "maximum";
      limit: string;
      share: ShareJson;
      charged_minor: string;
      adjusted_before_minor: string;
    }
  | {
      type: "usage";
      /** Left out where it is the sum of all events of the line's metric. */
      meter?: Meter;
      model: PriceModelJson;
      used: string;
      closings: number;
      billed_before: string;
      amount_before_minor: string;
      /** Only where the price is per event. */
      events?: EventTallyJson;
      events_before?: EventTallyJson;
    };

interface FlatJson {
  amount: string;
  /** Left out where it is one. */
  quantity?: string;
  share: ShareJson;
  /** Left out where it is exact time. */
  basis?: ProrationBasis;
}

interface ShareJson {
  part: string;
  whole: string;
}

interface EventTallyJson {
  count: string;
  fees: string;
}

export function computationToJson(computation: Computation): ComputationJson {
  switch (computation.type) {
    case "flat":
      return { type: "flat", ...flatToJson(computation) };
    case "credit":
      return {
        type: "credit",
        ...flatToJson(computation),
        kept_minor: computation.keptMinor.toString(),
        invoice: computation.invoiceId.toString(),
        line: computation.lineNumber,
      };
    case "minimum":
    case "maximum":
      return {
        type: computation.type,
        limit: formatNanos(computation.limit),
        share: shareToJson(computation.share),
        charged_minor: computation.chargedMinor.toString(),
        adjusted_before_minor: computation.adjustedBeforeMinor.toString(),
      };
    case "one_off":
      return {
        type: "one_off",
        quantity: formatNanos(computation.quantity),
        unit_amount: formatNanos(computation.unitAmount),
        ...(computation.itemId === null ? {} : { item: computation.itemId.toString() }),
      };
    case "usage":
      return {
        type: "usage",
        ...(computation.meter === null ? {} : { meter: computation.meter }),
        model: priceModelToJson(computation.model),
        used: formatNanos(computation.used),
        closings: computation.closings,
        billed_before: formatNanos(computation.billedBefore),
        amount_before_minor: computation.amountBeforeMinor.toString(),
        ...(computation.events && { events: tallyToJson(computation.events) }),
        ...(computation.eventsBefore && { events_before: tallyToJson(computation.eventsBefore) }),
      };
  }
}

export function computationFromJson(json: ComputationJson): Computation {
  switch (json.type) {
    case "flat":
      return { type: "flat", ...flatFromJson(json) };
    case "credit":
      return {
        type: "credit",
        ...flatFromJson(json),
        keptMinor: BigInt(json.kept_minor),
        invoiceId: BigInt(json.invoice),
        lineNumber: json.line,
      };
    case "minimum":
    case "maximum":
      return {
        type: json.type,
        limit: storedNanos(json.limit),
        share: shareFromJson(json.share),
        chargedMinor: BigInt(json.charged_minor),
        adjustedBeforeMinor: BigInt(json.adjusted_before_minor),
      };
    case "one_off":
      return {
        type: "one_off",
        quantity: storedNanos(json.quantity),
        unitAmount: storedNanos(json.unit_amount),
        itemId: json.item === undefined ? null : BigInt(json.item),
      };
    case "usage":
      return {
        type: "usage",
        meter: json.meter ?? null,
        model: priceModelFromJson(json.model),
        used: storedNanos(json.used),
        closings: json.closings,
        billedBefore: storedNanos(json.billed_before),
        amountBeforeMinor: BigInt(json.amount_before_minor),
        events: json.events === undefined ? null : tallyFromJson(json.events),
        eventsBefore: json.events_before === undefined ? null : tallyFromJson(json.events_before),
      };
    default:
      return unreachable(json, "stored computation");
  }
}

type FlatComputation = Pick<
  Extract<Computation, { type: "flat" }>,
  "amount" | "quantity" | "share" | "basis"
>;

function flatToJson({ amount, quantity, share, basis }: FlatComputation): FlatJson {
  return {
    amount: formatNanos(amount),
    ...(quantity === 1n ? {} : { quantity: quantity.toString() }),
    share: shareToJson(share),
    ...(basis === "exact_time" ? {} : { basis }),
  };
}

function flatFromJson({ amount, quantity = "1", share, basis = "exact_time" }: FlatJson) {
  return {
    amount: storedNanos(amount),
    quantity: BigInt(quantity),
    share: shareFromJson(share),
    basis,
  };
}

function shareToJson({ part, whole }: Share): ShareJson {
  return { part: part.toString(), whole: whole.toString() };
}

function shareFromJson({ part, whole }: ShareJson): Share {
  return { part: BigInt(part), whole: BigInt(whole) };
}

function tallyToJson({ count, fees }: EventTally): EventTallyJson {
  return { count: formatNanos(count), fees: formatAttos(fees) };
}

function tallyFromJson({ count, fees }: EventTallyJson): EventTally {
  return { count: storedNanos(count), fees: storedAttos(fees) };
}
