import type { EpochMs } from "#kernel/clock.ts";
import { daysLater } from "#kernel/local-date.ts";

/** How an invoice comes to its money: its customer's card is charged, or it is sent and waits to be paid. */
export type Collection = "charge" | "send";

/** How and until when invoices are to be paid. */
export interface PaymentTerms {
  readonly collection: Collection;
  /** Days of the customer's calendar until what is sent is due. What is charged is due at once. */
  readonly netDays: number;
}

/** What a customer has of its own; null is as the project says. */
export interface OwnPaymentTerms {
  readonly collection: Collection | null;
  readonly netDays: number | null;
}

export const NET_DAYS_MAX = 365;

/** The terms that hold for a customer. */
export function termsFor(own: OwnPaymentTerms, ofProject: PaymentTerms): PaymentTerms {
  return {
    collection: own.collection ?? ofProject.collection,
    netDays: own.netDays ?? ofProject.netDays,
  };
}

/** Until when an invoice is to be paid: as many days later, at the same time of the customer's day. */
export function dueAt(
  { collection, netDays }: PaymentTerms,
  issuedAtMs: EpochMs,
  timeZone: string,
): EpochMs {
  return collection === "charge" ? issuedAtMs : daysLater(issuedAtMs, netDays, timeZone);
}
