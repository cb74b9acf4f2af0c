import { Type } from "typebox";
import { NET_DAYS_MAX, type OwnPaymentTerms } from "#modules/invoices/domain/index.ts";
import { Literals } from "#platform/http/wire.ts";

export const Collection = Literals(["charge", "send"] as const, {
  description: "`charge`: the customer's card, at once; `send`: the invoice waits to be paid",
});

export const NetDays = Type.Integer({
  minimum: 0,
  maximum: NET_DAYS_MAX,
  description: "Days of the customer's calendar until what is sent is due",
  examples: [30],
});

interface TermsWire<Word> {
  readonly collection: Word;
  readonly net_days: number | Extract<Word, null>;
}

export function termsToWire<Word>({
  collection,
  netDays,
}: {
  readonly collection: Word;
  readonly netDays: number | Extract<Word, null>;
}): TermsWire<Word> {
  return { collection, net_days: netDays };
}

/** What a project is told of its terms; what is left out is not among it. */
export function termsFrom({
  collection,
  net_days: netDays,
}: {
  readonly collection?: "charge" | "send";
  readonly net_days?: number;
}) {
  return {
    ...(collection === undefined ? {} : { collection }),
    ...(netDays === undefined ? {} : { netDays }),
  };
}

/** The same of a customer, where null is as the project says. */
export function ownTermsFrom({
  collection,
  net_days: netDays,
}: {
  readonly collection?: OwnPaymentTerms["collection"];
  readonly net_days?: number | null;
} = {}): Partial<OwnPaymentTerms> {
  return {
    ...(collection === undefined ? {} : { collection }),
    ...(netDays === undefined ? {} : { netDays }),
  };
}
