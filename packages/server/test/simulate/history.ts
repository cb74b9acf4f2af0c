/** What customers do, told so that it can be done again: to the product, and to the model. */

export interface FlatTerms {
  readonly kind: "flat";
  readonly name: string;
  readonly billed: "advance" | "arrears";
  /** In major units, like every amount here. */
  readonly amount: string;
}

export interface TierTerms {
  readonly up_to: string | null;
  readonly unit_price: string;
  readonly flat_price?: string;
}

export type ModelTerms = { readonly included_quantity?: string } & (
  | { readonly type: "per_unit"; readonly unit_price: string }
  | { readonly type: "graduated" | "volume"; readonly tiers: readonly TierTerms[] }
);

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
}

/** One thing that a customer does. Subscriptions go by the names that the history gives them. */
export type Operation =
  | { readonly does: "give_card"; readonly works: boolean }
  | {
      readonly does: "subscribe";
      readonly subscription: string;
      readonly plan: string;
      readonly startsAtMs?: number;
      /** What periods are counted from. */
      readonly anchorMs?: number;
    }
  | {
      readonly does: "pause";
      readonly subscription: string;
      readonly when: "now" | "at_period_end";
      readonly resumesAtMs?: number;
    }
  | { readonly does: "resume" | "uncancel" | "end_trial" | "renew"; readonly subscription: string }
  | {
      readonly does: "cancel";
      readonly subscription: string;
      readonly when: "now" | "at_period_end";
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

/** The life of one customer, which depends on nobody else's. */
export interface Life {
  readonly number: number;
  readonly timeZone: string;
  readonly currency: string;
  /** In the order in which they happen; the first one brings the customer. */
  readonly steps: readonly Step[];
}

/** `2028-02-29T12:00:07.120Z cancels s1 now` */
export function inWords(step: Step): string {
  return `${instant(step.atMs)} ${deed(step)}`;
}

function deed(step: Operation): string {
  if ("bill" in step) {
    return `has bill ${step.bill} of ${step.subscription} treated: ${step.does.replaceAll("_", " ")}`;
  }
  switch (step.does) {
    case "give_card":
      return `gives a card that ${step.works ? "works" : "is declined"}`;
    case "subscribe": {
      const { subscription, plan, startsAtMs, anchorMs } = step;
      const start = startsAtMs === undefined ? "" : `, from ${instant(startsAtMs)} on`;
      const anchor = anchorMs === undefined ? "" : `, counted from ${instant(anchorMs)}`;
      return `subscribes ${subscription} to ${plan}${start}${anchor}`;
    }
    case "pause": {
      const until = step.resumesAtMs === undefined ? "" : ` until ${instant(step.resumesAtMs)}`;
      return `pauses ${step.subscription} ${step.when.replaceAll("_", " ")}${until}`;
    }
    case "resume":
    case "uncancel":
    case "end_trial":
    case "renew":
      return `does ${step.does.replace("_", " ")} ${step.subscription}`;
    case "cancel":
      return `cancels ${step.subscription} ${step.when.replaceAll("_", " ")}`;
    case "report": {
      const { subscription, quantity, metric, reference, occurredAtMs } = step;
      const what = `${quantity} ${metric} of ${instant(occurredAtMs)}`;
      return `reports for ${subscription} ${what} as ${reference}`;
    }
  }
}

function instant(instantMs: number): string {
  return new Date(instantMs).toISOString();
}
