/** What customers do, told so that it can be done again: to the product, and to the model. */
import type { ModelTerms } from "#test/proofs/pricing.ts";

export interface FlatTerms {
  readonly kind: "flat";
  readonly name: string;
  readonly billed: "advance" | "arrears";
  /** In major units, like every amount here. */
  readonly amount: string;
}

export interface UsageTerms {
  readonly kind: "usage";
  readonly name: string;
  readonly metric: string;
  readonly model: ModelTerms;
}

export interface IntervalTerms {
  readonly unit: "day" | "week" | "month" | "quarter" | "year" | "fixed_days";
  readonly count: number;
}

export type ChangeMode = "now_prorated" | "now_full" | "now_without" | "at_period_end";

export type Basis = "exact_time" | "days" | "days_inclusive" | "fixed_30_days";

export interface ChangePolicyTerms {
  readonly upgrade: ChangeMode;
  readonly downgrade: ChangeMode;
  readonly proration: Basis;
  readonly payment_gated: boolean;
}

/** A plan in the words of the API, so that it is published as it stands. */
export interface PlanTerms {
  readonly name: string;
  readonly currency: string;
  readonly interval: IntervalTerms;
  readonly prices: readonly (FlatTerms | UsageTerms)[];
  readonly when_unpaid: "cancel" | "stay_past_due";
  /** Whether a period is a term, which ends unless a further one is bought. */
  readonly renewal: "auto" | "none";
  /** Whether periods are counted as before a pause, or from its end. */
  readonly anchor_after_pause: "keep" | "move";
  readonly trial: {
    readonly days: number;
    readonly requires_card: boolean;
    readonly without_card: "cancel" | "past_due" | "pause";
  };
  readonly change_policy: ChangePolicyTerms;
  /** Null where it is sold once. */
  readonly quantity_policy: { readonly included: string; readonly step: string } | null;
}

/** What is left out stays as it is. */
export interface WantedTerms {
  readonly plan?: string;
  readonly quantity?: string;
}

export type PlainDeed = "resume" | "uncancel" | "end_trial" | "renew";

/** One thing that a customer does. Subscriptions go by the names that the history gives them. */
export type Operation =
  | { readonly does: "give_card"; readonly works: boolean }
  | {
      readonly does: "subscribe";
      readonly subscription: string;
      readonly plan: string;
      readonly quantity?: string;
      readonly startsAtMs?: number;
      /** What periods are counted from. */
      readonly anchorMs?: number;
    }
  | ({
      readonly does: "change";
      readonly subscription: string;
      readonly when?: "now" | "period_end";
      /** In place of `when`. */
      readonly whenMs?: number;
      readonly policy?: ChangeMode;
    } & WantedTerms)
  | {
      readonly does: "pause";
      readonly subscription: string;
      readonly when: "now" | "at_period_end";
      readonly resumesAtMs?: number;
    }
  | { readonly does: PlainDeed; readonly subscription: string }
  | { readonly does: "withdraw"; readonly subscription: string }
  | {
      readonly does: "cancel";
      readonly subscription: string;
      readonly when: "now" | "at_period_end";
    }
  | {
      readonly does: "credit_note";
      readonly subscription: string;
      readonly bill: number;
      /** Spread over its lines; all that is left, when absent. */
      readonly amount?: string;
      readonly to: "balance" | "refund";
    }
  | {
      readonly does: "void" | "mark_uncollectible" | "pay_by_hand";
      readonly subscription: string;
      /** Which of its bills, the oldest being 1. */
      readonly bill: number;
    }
  | Report;

export interface Report {
  readonly does: "report";
  readonly subscription: string;
  readonly metric: string;
  readonly quantity: string;
  readonly reference: string;
  readonly occurredAtMs: number;
}

export type Step = Operation & {
  readonly atMs: number;
  /** Its place in the life, from 1: it keeps it when others are left out. */
  readonly number: number;
};

export type Plans = ReadonlyMap<string, PlanTerms>;

/** What is asked of a subscription, and may be refused. */
export type Command = Exclude<
  Step,
  Report | { does: "give_card" | "subscribe" } | { bill: number }
>;

export type WantedChange = Extract<Step, { does: "change" }>;

export type Note = Extract<Step, { does: "credit_note" }>;

/** The life of one customer, which depends on nobody else's. */
export interface Life {
  readonly number: number;
  readonly timeZone: string;
  readonly currency: string;
  /** In the order in which they happen; the first one brings the customer. */
  readonly steps: readonly Step[];
}

/** `2028-02-29T12:00:07.120Z cancel, subscription s1, when now` */
export function inWords({ atMs, does, ...step }: Step): string {
  const told = Object.entries(step).flatMap(([name, value]) =>
    name === "number" ? [] : [`${name} ${inText(name, value)}`],
  );
  return `${instant(atMs)} ${[does.replaceAll("_", " "), ...told].join(", ")}`;
}

function inText(name: string, value: unknown): string {
  if (name.endsWith("Ms") && typeof value === "number") return instant(value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function instant(instantMs: number): string {
  return new Date(instantMs).toISOString();
}
