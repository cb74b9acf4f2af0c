import { unreachable } from "#kernel/assert.ts";
import { formatNanos, storedNanos } from "#kernel/nanos.ts";
import type { Computation } from "#modules/invoices/domain/index.ts";
import {
  type PriceModelJson,
  priceModelFromJson,
  priceModelToJson,
} from "#modules/rating/domain/index.ts";

/** A computation as it is stored and shown: every figure a decimal string. */
export type ComputationJson =
  | { type: "flat"; amount: string; share: { part: string; whole: string } }
  | {
      type: "usage";
      model: PriceModelJson;
      used: string;
      closings: number;
      billed_before: string;
      amount_before_minor: string;
    };

export function computationToJson(computation: Computation): ComputationJson {
  switch (computation.type) {
    case "flat": {
      const { part, whole } = computation.share;
      return {
        type: "flat",
        amount: formatNanos(computation.amount),
        share: { part: part.toString(), whole: whole.toString() },
      };
    }
    case "usage":
      return {
        type: "usage",
        model: priceModelToJson(computation.model),
        used: formatNanos(computation.used),
        closings: computation.closings,
        billed_before: formatNanos(computation.billedBefore),
        amount_before_minor: computation.amountBeforeMinor.toString(),
      };
  }
}

export function computationFromJson(json: ComputationJson): Computation {
  switch (json.type) {
    case "flat":
      return {
        type: "flat",
        amount: storedNanos(json.amount),
        share: { part: BigInt(json.share.part), whole: BigInt(json.share.whole) },
      };
    case "usage":
      return {
        type: "usage",
        model: priceModelFromJson(json.model),
        used: storedNanos(json.used),
        closings: json.closings,
        billedBefore: storedNanos(json.billed_before),
        amountBeforeMinor: BigInt(json.amount_before_minor),
      };
    default:
      return unreachable(json, "stored computation");
  }
}
