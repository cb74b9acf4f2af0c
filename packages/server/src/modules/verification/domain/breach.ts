/** Something that does not hold, in one line: what it is about, what was to be expected, what is there. */
export interface Finding {
  readonly kind: FoundKind;
  /** The object's id as the API writes it, or its key where it has no id. */
  readonly id: string;
  readonly expected: string;
  readonly found: string;
}

/** A finding, and which invariant it breaks. */
export interface Breach extends Finding {
  readonly invariant: string;
}

export type FoundKind =
  | "charge"
  | "credit_note"
  | "customer"
  | "dispute"
  | "event"
  | "invoice"
  | "invoice_item"
  | "invoice_line"
  | "ledger_transfer"
  | "manual_payment"
  | "payment"
  | "period_close"
  | "project"
  | "refund"
  | "subscription"
  | "usage_counter"
  | "usage_event"
  | "usage_value";
