import { present } from "#kernel/assert.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "#kernel/clock.ts";
import { type Chance, chanceOf } from "#test/crash/chance.ts";
import { BEGIN_MS, OPEN_MS, tickOf } from "./beats.ts";
import type { IntervalTerms, Life, Operation, PlanTerms, Report } from "./history.ts";
import { INTERVALS, MINOR_DIGITS, planName } from "./plans.ts";

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
    steps: steps
      .toSorted((one, other) => one.atMs - other.atMs)
      .map((step, at) => ({ ...step, number: at + 1 })),
  };
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
  const plan = planName(currency, interval);
  const anchorMs = chance.happens(0.1) ? fromMs + chance.integer(-40, 40) * DAY_MS : undefined;
  const startsAtMs = chance.happens(0.1)
    ? fromMs + DAY_MS + chance.integer(0, 60 * DAY_MS)
    : undefined;
  tell(telling, fromMs, {
    does: "subscribe",
    subscription,
    plan,
    ...(anchorMs === undefined ? {} : { anchorMs }),
    ...(startsAtMs === undefined ? {} : { startsAtMs }),
  });
  changeMind(telling, subscription, fromMs);
  rest(telling, subscription, fromMs);
  correctBills(telling, subscription, fromMs);
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
  const metrics = (plans.get(plan)?.prices ?? []).flatMap((price) =>
    price.kind === "usage" ? [price.metric] : [],
  );
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

/** What the merchant does to bills by hand. */
function correctBills(
  { chance, endMs, steps }: Telling,
  subscription: string,
  fromMs: number,
): void {
  for (const does of ["void", "mark_uncollectible", "pay_by_hand", "pay_by_hand"] as const) {
    const atMs = fromMs + chance.integer(0, 400) * DAY_MS;
    const bill = chance.integer(1, 4);
    if (chance.happens(0.15) && atMs < endMs) {
      tell({ chance, steps }, atMs, { does, subscription, bill });
    }
  }
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

/** Reports come at the tick; all else at an instant of its own in the hour after it. */
function tell(
  { chance, steps }: Pick<Telling, "chance" | "steps">,
  aboutMs: number,
  operation: Operation,
): void {
  steps.push({ ...operation, atMs: tickOf(aboutMs) + chance.integer(2, OPEN_MS - 1) });
}

function between(chance: Chance, fromMs: number, untilMs: number): number {
  return (
    fromMs + chance.integer(0, Math.max(0, Math.floor((untilMs - fromMs) / DAY_MS) - 1)) * DAY_MS
  );
}
