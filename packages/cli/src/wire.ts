/** The answers of `/v1` that the commands read; instants are ISO 8601, amounts decimals in text. */

export interface PageWire<T> {
  readonly data: readonly T[];
  readonly next_cursor: string | null;
  readonly has_more: boolean;
}

export interface CustomerWire {
  readonly id: string;
  readonly external_id: string | null;
}

export interface SubscriptionWire {
  readonly id: string;
  readonly status: string;
}

export interface InvoiceLineWire {
  readonly line: number;
  readonly description: string;
  readonly quantity: string;
  readonly amount: string;
}

export interface InvoiceWire {
  readonly id: string;
  readonly number: string;
  readonly status: string;
  readonly customer: string;
  readonly currency: string;
  readonly period_start: string;
  readonly period_end: string;
  readonly base_amount: string;
  readonly usage_amount: string;
  readonly total: string;
  readonly amount_paid: string;
  readonly lines: readonly InvoiceLineWire[];
}

export interface RatedTierWire {
  readonly from: string;
  readonly up_to: string | null;
  readonly quantity: string;
  readonly unit_price: string;
  readonly flat_price: string;
  readonly package_size?: string;
  readonly packages?: string;
  readonly exact: string;
}

export interface UsageEventWire {
  readonly reference_id: string;
  readonly quantity: string;
  readonly occurred_at: string;
  readonly received_at: string;
  /** What the event costs, where the price is per event. */
  readonly fee?: string;
}

/** A line that a minimum or maximum counts. */
export interface CountedChargeWire {
  readonly invoice: string;
  readonly line: number;
  readonly description: string;
  readonly amount: string;
  readonly beyond: string;
}

export interface ExplanationWire {
  readonly invoice: string;
  readonly line: number;
  readonly description: string;
  readonly currency: string;
  readonly formula: string;
  readonly tiers: readonly RatedTierWire[];
  readonly charges: readonly CountedChargeWire[];
  readonly exact: string;
  readonly rounding: string;
  readonly recomputed: string;
  readonly billed: string;
  readonly holds: boolean;
  readonly events: PageWire<UsageEventWire> | null;
}

export interface VerificationPageWire
  extends PageWire<{
    readonly invariant: string;
    readonly kind: string;
    readonly id: string;
    readonly expected: string;
    readonly found: string;
  }> {
  readonly breach_counts: Readonly<Record<string, number>>;
  readonly checked: Readonly<Record<string, number>>;
  /** On the first page only. */
  readonly customers_total: number | null;
}

export interface AccessTokenWire {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
  /** In the answer that makes a token, and never again. */
  readonly token?: string;
}

export interface UsageBatchWire {
  readonly results: readonly {
    readonly status: "recorded" | "duplicate" | "refused";
    readonly code?: string;
    readonly message?: string;
    readonly path?: string;
  }[];
}
