import type { Life, PlanTerms, Report, Step } from "#test/simulate/history.ts";

export interface ReceivedReport extends Report {
  readonly atMs: number;
}

export const NEVER = Number.POSITIVE_INFINITY;

export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface Line extends Span {
  readonly kind: "flat" | "usage" | "late_usage";
  readonly name: string;
  /** In billionths. */
  readonly quantity: bigint;
  readonly minor: bigint;
}

export interface Bill extends Span {
  readonly member: Membership;
  readonly reason: "opening" | "renewal" | "term" | "final";
  readonly issuedMs: number;
  readonly lines: readonly Line[];
  readonly totalMinor: bigint;
  readonly creditMinor: bigint;
  status: "open" | "paid" | "uncollectible" | "void";
  /** After the last try; another card is tried all the same while its subscription is past due. */
  isGivenUp: boolean;
  /** When it is tried next; null when it is not. */
  tryMs: number | null;
  firstFailedMs: number | null;
  readonly attempts: { readonly atMs: number; readonly outcome: "succeeded" | "declined" }[];
}

/** A period, or the part of one that ran on the same terms. */
export interface Stretch extends Span {
  readonly plan: PlanTerms;
  readonly index: number;
  readonly isTrial: boolean;
  readonly whole: Span;
  untilMs: number;
  /** What was charged so far for its usage, by metric. */
  readonly charged: Map<string, { quantity: bigint; minor: bigint }>;
}

/** Where a stretch ends before its time, and when, if that is known, it goes on. */
export interface Cut {
  readonly atMs: number;
  readonly resumesMs?: number;
}

export type Ended = "canceled" | "expired";

export interface Pause {
  /** Infinite when nobody knows. */
  readonly resumesMs: number;
  /** Where the period ends that was paid for before it. */
  readonly paidUntilMs: number;
}

export interface Membership {
  readonly name: string;
  readonly plan: PlanTerms;
  status:
    | "scheduled"
    | "incomplete"
    | "trialing"
    | "active"
    | "past_due"
    | "paused"
    | "canceled"
    | "expired";
  /** What periods are counted from; null where it is their beginning. */
  anchorMs: number | null;
  /** The pause that runs, or will at the period's end. */
  pause: Pause | null;
  /** The pauses so far; the one that runs has no end. */
  readonly rests: { readonly fromMs: number; untilMs: number }[];
  /** Where the periods begin that are counted from the anchor. */
  startOf: (index: number) => number;
  /** The last one runs, or was the last that ran; none before the beginning. */
  readonly stretches: Stretch[];
  endsAtPeriodEnd: boolean;
  /** Terms that are paid for beyond the running one. */
  termsAhead: number;
  endedMs: number | null;
  /** When time has something to do. */
  dueMs: number;
  readonly reports: (ReceivedReport & { isBilled: boolean })[];
}

/** All that is known of one customer. */
export interface Account {
  readonly timeZone: string;
  readonly members: Membership[];
  /** In the order in which they were made. */
  readonly bills: Bill[];
  card: "none" | "works" | "declined";
  creditMinor: bigint;
}

export function newAccount({ timeZone }: Life): Account {
  return { timeZone, members: [], bills: [], card: "none", creditMinor: 0n };
}

export function newMember(step: Extract<Step, { does: "subscribe" }>, plan: PlanTerms): Membership {
  return {
    name: step.subscription,
    plan,
    status: step.startsAtMs === undefined ? "incomplete" : "scheduled",
    anchorMs: step.anchorMs ?? null,
    pause: null,
    rests: [],
    startOf: () => NEVER,
    stretches: [],
    endsAtPeriodEnd: false,
    termsAhead: 0,
    endedMs: null,
    dueMs: step.startsAtMs ?? NEVER,
    reports: [],
  };
}
