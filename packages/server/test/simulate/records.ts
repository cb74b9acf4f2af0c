import type { Fraction } from "#test/proofs/fraction.ts";
import type { ChangePolicyTerms, FlatTerms, Life, PlanTerms, Report, Step } from "./history.ts";

export interface ReceivedReport extends Report {
  readonly atMs: number;
}

export const NEVER = Number.POSITIVE_INFINITY;

export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface Line extends Span {
  readonly kind: "flat" | "credit" | "usage" | "late_usage";
  readonly name: string;
  /** In billionths. */
  readonly quantity: bigint;
  readonly minor: bigint;
  /** What a fee was charged for. */
  readonly fee?: { readonly plan: PlanTerms; readonly price: FlatTerms; readonly share: Fraction };
  /** The line of which a credit gives back a part. */
  readonly gives?: Line;
  /** What credit notes took back of it. */
  noted?: bigint;
}

export interface Bill extends Span {
  readonly member: Membership;
  readonly reason: "opening" | "renewal" | "change" | "term" | "final";
  readonly issuedMs: number;
  readonly lines: readonly Line[];
  readonly totalMinor: bigint;
  readonly creditMinor: bigint;
  status: "open" | "paid" | "uncollectible" | "void";
  /** What of it credit notes took off what was due. */
  offMinor: bigint;
  /** What cards paid of it and still have not got back. */
  cardMinor: bigint;
  /** What cards got back. */
  backMinor: bigint;
  /** After the last try; another card is tried all the same while its subscription is past due. */
  isGivenUp: boolean;
  /** When it is tried next; null when it is not. */
  tryMs: number | null;
  firstFailedMs: number | null;
  readonly attempts: {
    readonly atMs: number;
    readonly outcome: "succeeded" | "declined";
    readonly minor: bigint;
  }[];
}

/** What is held: so many of a plan, as they were asked for. */
export interface Terms {
  readonly plan: PlanTerms;
  readonly quantity: bigint;
}

/** A period, or the part of one that ran on the same terms. */
export interface Stretch extends Span {
  readonly index: number;
  readonly isTrial: boolean;
  readonly whole: Span;
  terms: Terms;
  /** What was licensed since when; it never falls. */
  steps: readonly { readonly fromMs: number; readonly quantity: bigint }[];
  untilMs: number;
  /** What was charged so far for its usage, by metric. */
  readonly charged: Map<string, { quantity: bigint; minor: bigint }>;
}

export interface Pause {
  /** Infinite when nobody knows. */
  readonly resumesMs: number;
  /** Where the period ends that was paid for before it. */
  readonly paidUntilMs: number;
}

export type NowMode = Exclude<ChangePolicyTerms["upgrade"], "at_period_end">;

export interface Pending {
  readonly terms: Terms;
  readonly mode: NowMode;
  /** Null is the period's end. */
  readonly atMs: number | null;
}

export type Status =
  | "scheduled"
  | "incomplete"
  | "trialing"
  | "active"
  | "past_due"
  | "paused"
  | "canceled"
  | "expired";

export interface Membership {
  readonly account: Account;
  readonly name: string;
  status: Status;
  terms: Terms;
  /** The change that waits for its time. */
  pending: Pending | null;
  /** What periods are counted from; null where it is their beginning. */
  anchorMs: number | null;
  /** The pause that runs, or will at the period's end. */
  pause: Pause | null;
  /** The pauses so far; the one that runs has no end. */
  readonly rests: { readonly fromMs: number; untilMs: number }[];
  /** The last one runs, or was the last that ran; none before the beginning. */
  readonly stretches: Stretch[];
  endsAtPeriodEnd: boolean;
  /** Terms that are paid for beyond the running one. */
  termsAhead: number;
  /** Infinite until then. */
  endedMs: number;
  /** When time has something to do where nothing runs. */
  wakesMs: number;
  /** What was taken, by when it counts as having occurred, and the time that it was given. */
  readonly reports: (ReceivedReport & { readonly givenMs: number; isBilled: boolean })[];
}

/** All that is known of one customer. */
export interface Account {
  readonly timeZone: string;
  readonly currency: string;
  /** The present. */
  nowMs: number;
  readonly members: Membership[];
  /** In the order in which they were made. */
  readonly bills: Bill[];
  card: "none" | "works" | "declined";
  creditMinor: bigint;
}

export function newAccount({ timeZone, currency }: Life): Account {
  return { timeZone, currency, nowMs: 0, members: [], bills: [], card: "none", creditMinor: 0n };
}

export function newMember(
  account: Account,
  step: Extract<Step, { does: "subscribe" }>,
  terms: Terms,
): Membership {
  return {
    account,
    name: step.subscription,
    status: step.startsAtMs === undefined ? "incomplete" : "scheduled",
    terms,
    pending: null,
    anchorMs: step.anchorMs ?? null,
    pause: null,
    rests: [],
    stretches: [],
    endsAtPeriodEnd: false,
    termsAhead: 0,
    endedMs: NEVER,
    wakesMs: step.startsAtMs ?? NEVER,
    reports: [],
  };
}

export type Part = Pick<Stretch, "fromMs" | "untilMs" | "whole">;

/** So many of what is billed of a plan for a part of a period. */
export type Fees = Part &
  Terms &
  Pick<FlatTerms, "billed"> & {
    /** Of the whole; by the length of the part, when absent. */
    readonly full?: Fraction | undefined;
  };

/** What a bill is made of. */
export type Draft = Span & Pick<Bill, "reason" | "lines">;

export type Period = Pick<Stretch, "isTrial" | "index" | "whole">;

/** What runs of a period from an instant on, of which so many are licensed. */
export function newStretch(
  terms: Terms,
  { isTrial, index, whole }: Period,
  fromMs: number,
  quantity: bigint,
): Stretch {
  const steps = [{ fromMs, quantity }];
  const { untilMs } = whole;
  return { terms, isTrial, index, whole, fromMs, untilMs, steps, charged: new Map() };
}

export const RUNNING: readonly Status[] = ["trialing", "active", "past_due"];

export function isRunning({ status }: Membership): boolean {
  return RUNNING.includes(status);
}

export function isSameInterval({ plan: { interval: one } }: Terms, { plan }: Terms): boolean {
  return one.unit === plan.interval.unit && one.count === plan.interval.count;
}

export type Amount = Pick<Line, "minor">;

/** The stretch that runs, or was the last that ran. */
export function last({ stretches }: Membership): Stretch {
  const stretch = stretches.at(-1);
  if (stretch === undefined) throw new Error("it has not begun");
  return stretch;
}

/** A bill that nobody has tried to pay yet. */
export function newBill(
  member: Membership,
  { reason, lines, fromMs, untilMs }: Draft,
  amounts: Pick<Bill, "totalMinor" | "creditMinor">,
): Bill {
  const made = { member, reason, lines, fromMs, untilMs, issuedMs: member.account.nowMs };
  const untouched = { offMinor: 0n, cardMinor: 0n, backMinor: 0n, isGivenUp: false };
  const untried = { tryMs: null, firstFailedMs: null, attempts: [] };
  return { ...made, ...amounts, status: "open", ...untouched, ...untried };
}

/** What the rules refuse, by its code. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

export function refuseIf(isRefused: boolean, code: string): void {
  if (isRefused) throw new Refused(code);
}
