import { shareByCalendar } from "#test/proofs/calendar.ts";
import {
  BILLION,
  billionths,
  decimal,
  type Fraction,
  fraction,
  larger,
  least,
  times,
} from "#test/proofs/fraction.ts";
import { banded, priceOf } from "#test/proofs/pricing.ts";
import type { UsageTerms } from "#test/simulate/history.ts";
import type {
  Fees,
  Line,
  Membership,
  NowMode,
  Part,
  Span,
  Stretch,
  Terms,
} from "#test/simulate/records.ts";
import { minor, sum } from "./bills.ts";

/** What terms are billed as. */
export const billable = ({ plan: { quantity_policy: bands }, quantity }: Terms) =>
  bands === null ? 1n : banded(bands, quantity);

/** The highest quantity of the period: it is paid for. */
export const licensed = ({ steps }: Pick<Stretch, "steps">) => steps.at(-1)?.quantity ?? 0n;

export const usages = ({ plan }: Terms) => plan.prices.filter((price) => price.kind === "usage");

const shareOf = ({ account }: Membership, { plan }: Pick<Terms, "plan">, part: Part) =>
  shareByCalendar(account.timeZone, plan.change_policy.proration, part, part.whole);

/** So many of a plan's fees for a part of a period. */
function fees(of: Membership, { plan, billed, quantity, full, ...part }: Fees): Line[] {
  const { fromMs, untilMs } = part;
  const share = full ?? shareOf(of, { plan }, part);
  if (share.over <= 0n || quantity <= 0n || untilMs <= fromMs) return [];
  const many = { kind: "flat", fromMs, untilMs, quantity: quantity * BILLION } as const;
  return plan.prices.flatMap((price) => {
    if (price.kind !== "flat" || price.billed !== billed) return [];
    const all = times(decimal(price.amount), fraction(quantity, 1n));
    const fee = { plan, price, share };
    return [{ ...many, name: price.name, minor: minor(times(all, share), plan), fee }];
  });
}

/** What terms cost in advance for a part of a period. */
export const feesAhead = (of: Membership, { plan, ...asked }: Terms, part: Part) =>
  fees(of, { ...part, plan, billed: "advance", quantity: billable({ plan, ...asked }) });

/** What is billed of a stretch that is over; each rise of a quantity counts from there on. */
export function ranLines(of: Membership, stretch: Stretch): Line[] {
  const { terms, steps, whole, untilMs } = stretch;
  if (stretch.isTrial || untilMs <= stretch.fromMs) return [];
  const behind = steps.flatMap((step, at) => {
    const part = { fromMs: Math.max(step.fromMs, stretch.fromMs), untilMs, whole };
    const quantity = step.quantity - (steps[at - 1]?.quantity ?? 0n);
    return fees(of, { ...part, plan: terms.plan, billed: "arrears", quantity });
  });
  return [...behind, ...usages(terms).flatMap((price) => used(of, price, stretch, "usage"))];
}

/** Fees for time to come that were charged, for whatever plan, and not given back. */
export function chargedAhead(of: Membership) {
  const bills = of.account.bills.filter(({ member, status }) => member === of && status !== "void");
  const given = new Set(bills.flatMap(({ lines }) => lines.map(({ gives }) => gives)));
  const isAhead = (line: Line) => line.untilMs > of.account.nowMs && !given.has(line);
  return bills.flatMap(({ lines, status }) =>
    lines.filter(isAhead).flatMap((line) => {
      return line.fee === undefined ? [] : [{ line, fee: line.fee, isPaid: status === "paid" }];
    }),
  );
}

/** The unused part of what was charged for a stretch: as far as it was paid and is not back already. */
export function creditLines(of: Membership, stretch: Stretch, mode: NowMode): Line[] {
  if (mode === "now_without") return [];
  return chargedAhead(of).flatMap(({ line, fee, isPaid }) => {
    const { name, quantity, untilMs } = line;
    // One that does not end with the stretch was charged for a span of its own.
    const whole = untilMs === stretch.untilMs ? stretch.whole : line;
    const left = shareOf(of, fee, { fromMs: of.account.nowMs, untilMs, whole });
    const unused = whole === line ? times(fee.share, left) : left;
    const share = mode === "now_full" ? fee.share : unused;
    const all = times(decimal(fee.price.amount), fraction(quantity, BILLION));
    const back = least(minor(times(all, share), of.account), line.minor - (line.noted ?? 0n));
    const fromMs = mode === "now_full" ? line.fromMs : of.account.nowMs;
    const credit = { name: `Unused: ${name}`, quantity, minor: -back, gives: line };
    return !isPaid || back === 0n ? [] : [{ kind: "credit", fromMs, untilMs, ...credit }];
  });
}

/** What terms are more than was charged for. */
export function gainLines(of: Membership, stretch: Stretch, terms: Terms, mode: NowMode): Line[] {
  if (mode === "now_without") return [];
  const { plan } = terms;
  const owed = chargedAhead(of).filter((one) => !one.isPaid && one.fee.plan === plan);
  const before = sum(owed.map(({ line }) => ({ minor: line.quantity / BILLION })));
  const had = stretch.terms.plan.name === plan.name ? licensed(stretch) : before;
  const full = mode === "now_full" ? fullShare(of, stretch, terms) : undefined;
  const rest = { fromMs: of.account.nowMs, untilMs: stretch.untilMs, whole: stretch.whole };
  return fees(of, { ...rest, plan, billed: "advance", quantity: billable(terms) - had, full });
}

/** Since it began or went on in this period; as much as was charged for before, where that is more. */
function fullShare(of: Membership, { whole }: Stretch, terms: Terms): Fraction {
  const began = of.stretches.find(({ isTrial }) => !isTrial)?.fromMs ?? whole.fromMs;
  const fromMs = Math.max(whole.fromMs, began, ...of.rests.map(({ untilMs }) => untilMs));
  const shares = chargedAhead(of).map(({ fee }) => fee.share);
  return shares.reduce(larger, shareOf(of, terms, { ...whole, fromMs, whole }));
}

/** What is known by now of stretches that were billed without it; what was used in a trial is free. */
export function lateLines(of: Membership, billed: readonly Stretch[]): Line[] {
  return billed.flatMap((stretch) => {
    const late = reportsOf(of, stretch).filter(({ isBilled }) => !isBilled && !stretch.isTrial);
    return usages(stretch.terms)
      .filter((price) => late.some(({ metric }) => metric === price.metric))
      .toSorted((one, other) => (one.metric < other.metric ? -1 : 1))
      .flatMap((price) => used(of, price, stretch, "late_usage"));
  });
}

/** What all reports come to, less what was charged for them before. */
function used(of: Membership, price: UsageTerms, stretch: Stretch, kind: Line["kind"]): Line[] {
  const { metric, name, model } = price;
  const { fromMs, untilMs, charged } = stretch;
  const all = reportsOf(of, stretch).filter((report) => report.metric === metric);
  const quantity = all.reduce((total, report) => total + billionths(report.quantity), 0n);
  const before = charged.get(metric) ?? { quantity: 0n, minor: 0n };
  const after = { quantity, minor: minor(priceOf(model, quantity), of.account) };
  charged.set(metric, after);
  for (const report of all) report.isBilled = true;
  const more = { quantity: quantity - before.quantity, minor: after.minor - before.minor };
  const isNothing = more.quantity === 0n && more.minor === 0n;
  return isNothing ? [] : [{ kind, name, fromMs, untilMs, ...more }];
}

const reportsOf = ({ reports }: Membership, { fromMs, untilMs }: Span) =>
  reports.filter(({ occurredAtMs }) => fromMs <= occurredAtMs && occurredAtMs < untilMs);
