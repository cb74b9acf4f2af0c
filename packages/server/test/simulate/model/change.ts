import { averageLength, periodNumbered } from "#test/proofs/calendar.ts";
import { billionths } from "#test/proofs/fraction.ts";
import type { Plans, PlanTerms, WantedChange } from "#test/simulate/history.ts";
import {
  isSameInterval,
  last,
  type Membership,
  NEVER,
  type NowMode,
  type Pending,
  refuseIf,
  type Stretch,
  type Terms,
} from "#test/simulate/records.ts";
import { attempt, issue, sum, takeBack } from "./bills.ts";
import { from, refuseTerm, run } from "./course.ts";
import {
  billable,
  chargedAhead,
  creditLines,
  feesAhead,
  gainLines,
  licensed,
  ranLines,
} from "./lines.ts";

const NOW: readonly NowMode[] = ["now_prorated", "now_full", "now_without"];

/** What is to be held: what is left out stays as it is. */
export function wanted(plan: PlanTerms, asked: string | undefined, held = 1n): Terms {
  const quantity = asked === undefined ? held : BigInt(asked);
  refuseIf(plan.quantity_policy === null && quantity !== 1n, "quantity_not_offered");
  return { plan, quantity };
}

/** Changes what is held, now or later. */
export function change(of: Membership, asked: WantedChange, plans: Plans): string {
  refuseIf(of.termsAhead > 0, "subscription_transition_refused");
  const { whenMs: atMs = null } = asked;
  const { terms: before, account } = of;
  const terms = wanted(plans.get(asked.plan ?? "") ?? before.plan, asked.quantity, before.quantity);
  if (isLess(before, terms) && isLess(terms, before)) return wait(of, null);

  const isUpgrade = isDearer(terms, before);
  const mode = modeOf(of, asked, terms, isUpgrade);
  refuseIf(atMs !== null && atMs <= account.nowMs, "time_invalid");
  const wish = { terms, mode: soon(mode), atMs };
  const dueMs = atMs ?? (mode === "at_period_end" ? NEVER : account.nowMs);
  const isAfter = dueMs >= last(of).untilMs;
  if (!isAfter && of.pause !== null) refuseTerm(terms);
  refuseIf(isBeyondEnd(of, terms, isAfter), "subscription_transition_refused");
  if (dueMs > account.nowMs) return wait(of, wish);
  const lost = before.plan.name === terms.plan.name ? [] : chargedAhead(of);
  refuseIf(mode !== "now_without" && lost.some(({ isPaid }) => !isPaid), "invoice_unpaid");
  return make(of, wish, before.plan.change_policy.payment_gated && isUpgrade);
}

/** How a change is made: as it is asked for, or else as the plan says that is held. */
function modeOf(of: Membership, asked: WantedChange, terms: Terms, isUpgrade: boolean) {
  const { when, whenMs, policy } = asked;
  const isTrial = of.status === "trialing";
  const mayWait = !isTrial && whenMs === undefined && when !== "now";
  const usual = of.terms.plan.change_policy[isUpgrade ? "upgrade" : "downgrade"];
  const byPlan = isTrial || isLess(of.terms, terms) ? "now_without" : usual;
  const mode =
    policy ?? (when === "period_end" ? "at_period_end" : mayWait ? byPlan : soon(byPlan));
  const isLater = when === "period_end" || (isTrial && whenMs !== undefined);
  const isFit = mode === "at_period_end" ? mayWait : !isLater && waysOf(of, terms).includes(mode);
  refuseIf(!isFit, "change_policy_unfit");
  return mode;
}

/** How it may be changed at once. What is tried costs nothing in any way. */
function waysOf({ status, terms: before }: Membership, terms: Terms): readonly NowMode[] {
  if (status !== "trialing" && !isSameInterval(before, terms)) return ["now_prorated"];
  return status !== "trialing" && isLess(before, terms) ? ["now_without"] : NOW;
}

const isLess = (before: Terms, after: Terms) =>
  before.plan.name === after.plan.name && after.quantity <= before.quantity;

/** Behind a term lies nothing; nor behind an end that is asked for, which stays where it is. */
const isBeyondEnd = (of: Membership, terms: Terms, isAfter: boolean) =>
  (isAfter && of.terms.plan.renewal === "none") ||
  (of.endsAtPeriodEnd && (isAfter || !isSameInterval(of.terms, terms)));

/** It waits for its time, in place of what waited before. */
export function wait(of: Membership, pending: Pending | null): string {
  of.pending = pending;
  return "done";
}

/** Who does not want to wait for the period's end pays and gets back by the time that is left. */
const soon = (mode: NowMode | "at_period_end") =>
  mode === "at_period_end" ? "now_prorated" : mode;

/** By flat prices on an average day, of another plan for as many; what costs the same is an upgrade. */
function isDearer(one: Terms, before: Terms): boolean {
  const other = one.plan.name === before.plan.name ? before : { ...before, quantity: one.quantity };
  const priceOf = (terms: Terms, { plan: { interval } }: Terms) => {
    const flats = terms.plan.prices.filter((price) => price.kind === "flat");
    const all = sum(flats.map(({ amount }) => ({ minor: billionths(amount) })));
    return all * billable(terms) * averageLength(interval);
  };
  return priceOf(one, other) >= priceOf(other, one);
}

/**
 * Makes a change. What is dearer may have to be paid first. Another plan cuts the period, another interval
 * begins one; more of the same does neither. What is only tried costs nothing yet.
 */
export function make(of: Membership, { terms, mode }: Pending, isGated = false): string {
  const { account, terms: before } = of;
  const stretch = last(of);
  const isRestart = !isSameInterval(before, terms);
  const anew = from({ ...of, terms, anchorMs: null }, account.nowMs);
  const next = isRestart ? { ...periodNumbered(anew, 0), isTrial: false } : stretch;
  const coming = { fromMs: account.nowMs, untilMs: next.whole.untilMs, whole: next.whole };
  const isCut = before.plan.name !== terms.plan.name && !stretch.isTrial;
  const more = isRestart ? feesAhead(of, terms, coming) : gainLines(of, stretch, terms, mode);
  const moved = stretch.isTrial ? [] : [...(isCut ? creditLines(of, stretch, mode) : []), ...more];
  if (isGated && sum(moved) > account.creditMinor) {
    const bill = issue(of, { ...coming, reason: "change", lines: moved.splice(0) });
    if (bill !== null && !attempt(account, bill)) {
      takeBack(account, bill);
      return "payment_declined";
    }
  }
  [of.terms, of.pending] = [terms, null];
  if (isCut) {
    stretch.untilMs = coming.fromMs;
    moved.unshift(...ranLines(of, stretch));
    if (isRestart) of.anchorMs = coming.fromMs;
    run(of, next, coming.fromMs);
  } else goOn(stretch, terms, coming.fromMs);
  const span = isCut && stretch.fromMs < coming.fromMs ? stretch : coming;
  issue(of, { ...span, reason: "change", lines: moved });
  return "done";
}

/** What is licensed never falls in a period, unless it is only tried. */
function goOn(stretch: Stretch, terms: Terms, nowMs: number): void {
  const fromMs = stretch.isTrial ? stretch.fromMs : nowMs;
  const earlier = stretch.steps.filter((step) => step.fromMs < fromMs);
  const quantity = billable(terms);
  const isMore = stretch.isTrial || quantity > licensed(stretch);
  if (isMore) stretch.steps = [...earlier, { fromMs, quantity }];
  stretch.terms = terms;
}
