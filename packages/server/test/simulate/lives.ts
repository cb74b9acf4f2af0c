import { present } from "#kernel/assert.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "#kernel/clock.ts";
import { type Chance, chanceOf } from "#test/crash/chance.ts";
import { BEGIN_MS, OPEN_MS, openingsAfter, tickOf } from "./beats.ts";
import type { IntervalTerms, Life, Operation, PlanTerms, Report, WantedTerms } from "./history.ts";
import { amount, CHANGE_MODES, INTERVALS, METRICS, MINOR_DIGITS, planName } from "./plans.ts";

/** Clocks of each kind: with and without changes, by the hour and by less, on both sides of the date line. */
const TIME_ZONES = [
  "UTC",
  "America/New_York",
  "America/Los_Angeles",
  "America/Juneau",
  "Europe/Berlin",
  "Asia/Kolkata",
  "Asia/Kathmandu",
  "Asia/Tokyo",
  "Pacific/Auckland",
  "Pacific/Apia",
  "Australia/Lord_Howe",
  "America/Sao_Paulo",
];

/** Days on which months are hard: lives like to begin on them. */
const HARD_DAYS = [1, 28, 29, 30, 31];

/** The unit's length in days, to decide how often something is reported. */
const DAYS = { day: 1, week: 7, month: 30, quarter: 91, year: 365, fixed_days: 1 } as const;

type UnnumberedStep = Operation & { readonly atMs: number };

interface Telling {
  readonly chance: Chance;
  readonly endMs: number;
  readonly plans: ReadonlyMap<string, PlanTerms>;
  readonly steps: UnnumberedStep[];
}

/** The lives of customers with so many subscriptions in all. */
export function livesOf(
  seed: number,
  {
    subscriptions,
    endMs,
    plans,
  }: { subscriptions: number; endMs: number; plans: ReadonlyMap<string, PlanTerms> },
): Life[] {
  const lives: Life[] = [];
  for (let count = 0; count < subscriptions; ) {
    const life = lifeOf(seed, lives.length + 1, {
      endMs,
      plans,
      subscriptionsMax: subscriptions - count,
    });
    count += life.steps.filter(({ does }) => does === "subscribe").length;
    lives.push(life);
  }
  return lives;
}

function lifeOf(
  seed: number,
  number: number,
  {
    endMs,
    plans,
    subscriptionsMax,
  }: { endMs: number; plans: Telling["plans"]; subscriptionsMax: number },
): Life {
  const chance = chanceOf(Math.imul(seed, 0x9e3779b1) + number);
  const currency = present(chance.oneOf(Object.keys(MINOR_DIGITS)), "there are currencies");
  const telling: Telling = { chance, endMs, plans, steps: [] };
  const bornMs = birthOf(chance, endMs);
  // Before all else of that hour.
  if (chance.happens(0.95)) {
    const works = chance.happens(0.93);
    telling.steps.push({ does: "give_card", works, atMs: tickOf(bornMs) + 1 });
  }
  changeCards(telling, bornMs);
  const count = Math.min(subscriptionsMax, chance.oneOf([1, 1, 1, 2, 2, 3]) ?? 1);
  for (let index = 1; index <= count; index += 1) {
    const fromMs = index === 1 ? bornMs : between(chance, bornMs, endMs);
    subscribe(telling, `s${index}`, fromMs, currency);
  }
  const steps = telling.steps.filter(({ atMs }) => atMs < endMs - OPEN_MS);
  return {
    number,
    currency,
    timeZone: present(chance.oneOf(TIME_ZONES), "there are time zones"),
    steps: oneAfterTheOther(steps).map((step, at) => ({ ...step, number: at + 1 })),
  };
}

/** In their order. One customer does but one thing at an instant, apart from what is reported. */
function oneAfterTheOther(steps: readonly UnnumberedStep[]): UnnumberedStep[] {
  let lastMs = 0;
  const inOrder = steps.toSorted((one, other) => one.atMs - other.atMs);
  return inOrder.map((step) => {
    if (step.does !== "report") lastMs = Math.max(step.atMs, lastMs + 1);
    return step.does === "report" ? step : { ...step, atMs: lastMs };
  });
}

function birthOf(chance: Chance, endMs: number): number {
  const anyMs = between(chance, BEGIN_MS, BEGIN_MS + 0.6 * (endMs - BEGIN_MS));
  if (chance.happens(0.5)) return anyMs;
  const day = chance.oneOf(HARD_DAYS) ?? 31;
  const any = new Date(anyMs);
  return Date.UTC(any.getUTCFullYear(), any.getUTCMonth(), day, any.getUTCHours());
}

/** Cards run out, and are replaced soon or never. */
function changeCards({ chance, endMs, steps }: Telling, bornMs: number): void {
  let atMs = bornMs;
  let works = true;
  for (;;) {
    atMs += works ? chance.integer(60, 900) * DAY_MS : chance.integer(1, 24) * DAY_MS;
    if (atMs >= endMs) return;
    works = !works && chance.happens(0.85);
    tell({ chance, steps }, atMs, { does: "give_card", works });
  }
}

function subscribe(telling: Telling, subscription: string, fromMs: number, currency: string): void {
  const { chance, endMs, plans } = telling;
  const interval = chosenInterval(chance);
  const plan = planName(currency, interval, editionOf(chance));
  const quantity = quantityFor(chance, plans.get(plan));
  const begins = beginning(chance, fromMs);
  tell(telling, fromMs, { does: "subscribe", subscription, plan, ...quantity, ...begins });
  changeMind(telling, subscription, fromMs);
  rest(telling, subscription, fromMs);
  correctBills(telling, subscription, fromMs, MINOR_DIGITS[currency] ?? 2);
  changeTerms(telling, { subscription, fromMs, currency, interval });
  const days = DAYS[interval.unit] * interval.count;
  const lastMs = days === 1 ? Math.min(endMs, fromMs + 40 * DAY_MS) : endMs;
  const isLeaving = days === 1 || chance.happens(0.4);
  const leavesMs = isLeaving ? between(chance, fromMs, lastMs) : endMs;
  if (isLeaving) {
    const when = chance.happens(0.5) ? "now" : "at_period_end";
    tell(telling, leavesMs, { does: "cancel", subscription, when });
    if (chance.happens(0.2)) {
      tell(telling, leavesMs + chance.integer(0, 40) * DAY_MS, {
        does: "cancel",
        subscription,
        when: "now",
      });
    }
  }
  const sold = (plans.get(plan)?.prices ?? []).flatMap((price) =>
    price.kind === "usage" ? [price.metric] : [],
  );
  const metrics = chance.happens(0.3) ? METRICS : sold;
  if (metrics.length === 0) return;
  const stopsMs = Math.min(endMs, leavesMs + 3 * DAY_MS);
  reportUsage(telling, {
    subscription,
    metrics,
    fromMs,
    stopsMs,
    everyDays: Math.min(40, days / 4),
  });
}

/** Mostly at once, and counted from there. */
function beginning(chance: Chance, fromMs: number): { anchorMs?: number; startsAtMs?: number } {
  return {
    ...(chance.happens(0.1) ? { anchorMs: fromMs + chance.integer(-40, 40) * DAY_MS } : {}),
    ...(chance.happens(0.1)
      ? { startsAtMs: fromMs + DAY_MS + chance.integer(0, 60 * DAY_MS) }
      : {}),
  };
}

/** What the merchant does to bills by hand. */
function correctBills(
  { chance, endMs, steps }: Telling,
  subscription: string,
  fromMs: number,
  digits: number,
): void {
  for (const does of ["void", "mark_uncollectible", "pay_by_hand", "pay_by_hand"] as const) {
    const atMs = fromMs + chance.integer(0, 400) * DAY_MS;
    const bill = chance.integer(1, 4);
    if (chance.happens(0.15) && atMs < endMs) {
      tell({ chance, steps }, atMs, { does, subscription, bill });
    }
  }
  for (let count = chance.oneOf([0, 0, 1, 3]) ?? 0; count > 0; count -= 1) {
    const atMs = fromMs + chance.integer(0, 700) * DAY_MS;
    const what = { does: "credit_note", subscription, bill: chance.integer(1, 9) } as const;
    const part = chance.happens(0.8) ? { amount: amount(chance, digits) } : {};
    // Cards are charged and get back tens of fils, which is not always what a note says of dinars.
    const to = digits === 3 || chance.happens(0.5) ? "balance" : "refund";
    if (atMs < endMs) tell({ chance, steps }, atMs, { ...what, ...part, to });
  }
}

interface Changing {
  readonly subscription: string;
  readonly fromMs: number;
  readonly currency: string;
  readonly interval: IntervalTerms;
}

/** Other plans, more and less of one: now, later, or not after all. */
function changeTerms(telling: Telling, changing: Changing): void {
  const { chance, endMs } = telling;
  const { subscription, fromMs } = changing;
  let atMs = fromMs;
  for (let count = chance.oneOf([0, 0, 1, 2, 4, 6]) ?? 0; count > 0; count -= 1) {
    atMs += chance.integer(0, 150) * DAY_MS;
    if (atMs >= endMs) return;
    const policy = chance.happens(0.4) ? { policy: chance.oneOf(CHANGE_MODES) ?? "now_full" } : {};
    tell(telling, atMs, {
      does: "change",
      subscription,
      ...wish(telling, changing),
      ...timeOf(chance, atMs),
      ...policy,
    });
    if (chance.happens(0.1)) tell(telling, atMs + DAY_MS, { does: "withdraw", subscription });
  }
}

function wish({ chance, plans }: Telling, { currency, interval }: Changing): WantedTerms {
  const another = chance.happens(0.75) ? interval : chosenInterval(chance);
  const isOften = another.unit === "day";
  const plan = planName(currency, isOften ? interval : another, editionOf(chance));
  if (chance.happens(0.6)) return { plan, ...quantityFor(chance, plans.get(plan)) };
  return { quantity: `${chance.integer(1, 25)}` };
}

function timeOf(chance: Chance, atMs: number): { when?: "now" | "period_end"; whenMs?: number } {
  if (chance.happens(0.5)) return {};
  if (chance.happens(0.25)) return { whenMs: atMs + chance.integer(-1, 90 * 24) * HOUR_MS };
  return { when: chance.happens(0.75) ? "now" : "period_end" };
}

function quantityFor(chance: Chance, plan: PlanTerms | undefined): { quantity?: string } {
  const isMany = plan?.quantity_policy !== null;
  return isMany && chance.happens(0.7) ? { quantity: `${chance.integer(1, 25)}` } : {};
}

function editionOf(chance: Chance): "small" | "large" {
  return chance.happens(0.5) ? "small" : "large";
}

/** A pause that ends by itself, by a wish, or never. */
function rest(telling: Telling, subscription: string, fromMs: number): void {
  const { chance, endMs } = telling;
  const atMs = fromMs + chance.integer(0, 300) * DAY_MS;
  if (!chance.happens(0.2) || atMs >= endMs) return;
  const when = chance.happens(0.6) ? "now" : "at_period_end";
  const untilMs = atMs + chance.integer(1, 90 * 24) * HOUR_MS;
  const resumes = chance.happens(0.5) ? { resumesAtMs: untilMs } : {};
  tell(telling, atMs, { does: "pause", subscription, when, ...resumes });
  if (chance.happens(0.7)) tell(telling, untilMs, { does: "resume", subscription });
}

/** Trials that end early, terms that are bought ahead, cancellations that are taken back. */
function changeMind(telling: Telling, subscription: string, fromMs: number): void {
  const { chance, endMs } = telling;
  for (const [does, most] of [
    ["end_trial", 40],
    ["renew", 400],
    ["renew", 400],
    ["uncancel", 600],
  ] as const) {
    const atMs = fromMs + chance.integer(0, most) * DAY_MS;
    if (chance.happens(0.2) && atMs < endMs) tell(telling, atMs, { does, subscription });
  }
}

interface Habit {
  readonly subscription: string;
  readonly metrics: readonly string[];
  readonly fromMs: number;
  readonly stopsMs: number;
  readonly everyDays: number;
}

/** In time, late, too late, too early, corrected, sent twice, or under a name that was used. */
function reportUsage({ chance, steps }: Telling, habit: Habit): void {
  const { subscription, metrics, fromMs, stopsMs, everyDays } = habit;
  let atMs = tickOf(fromMs) + DAY_MS;
  for (let count = 1; atMs < stopsMs; count += 1) {
    const metric = chance.happens(0.01) ? "nonsense" : (chance.oneOf(metrics) ?? "calls");
    const report: Report = {
      does: "report",
      subscription,
      metric,
      quantity: quantityOf(chance),
      reference: `${subscription}-${count}`,
      occurredAtMs: atMs - agoOf(chance),
    };
    steps.push({ ...report, atMs });
    const againMs = tickOf(atMs + chance.integer(0, 40) * DAY_MS);
    if (chance.happens(0.05)) steps.push({ ...report, atMs: againMs });
    if (chance.happens(0.02)) steps.push({ ...report, quantity: "77", atMs: againMs });
    atMs = tickOf(
      atMs +
        chance.integer(1, Math.ceil((2 * everyDays * DAY_MS) / HOUR_MS)) * HOUR_MS +
        DAY_MS / 2,
    );
  }
}

function quantityOf(chance: Chance): string {
  const sign = chance.happens(0.12) ? "-" : "";
  if (chance.happens(0.6)) return `${sign}${chance.integer(1, 60)}`;
  return `${sign}${chance.integer(0, 300)}.${String(chance.integer(1, 999_999_999)).padStart(9, "0")}`;
}

function agoOf(chance: Chance): number {
  if (chance.happens(0.02)) return -chance.integer(1, 12) * MINUTE_MS;
  if (chance.happens(0.6)) return chance.integer(0, 600) * MINUTE_MS;
  return Math.floor(chance.integer(0, 62 * 24 * 60) * chance.integer(1, 10) * 0.1) * MINUTE_MS;
}

function chosenInterval(chance: Chance): IntervalTerms {
  const all = INTERVALS.reduce((sum, { weight }) => sum + weight, 0);
  let left = chance.integer(1, all);
  const chosen = INTERVALS.find(({ weight }) => (left -= weight) <= 0);
  return present(chosen, "the weights add up").interval;
}

/** Reports come at the tick; all else at one of the instants in the hour after it. */
function tell(
  { chance, steps }: Pick<Telling, "chance" | "steps">,
  aboutMs: number,
  operation: Operation,
): void {
  const tickMs = tickOf(aboutMs);
  steps.push({ ...operation, atMs: chance.oneOf(openingsAfter(tickMs)) ?? tickMs });
}

function between(chance: Chance, fromMs: number, untilMs: number): number {
  return (
    fromMs + chance.integer(0, Math.max(0, Math.floor((untilMs - fromMs) / DAY_MS) - 1)) * DAY_MS
  );
}
