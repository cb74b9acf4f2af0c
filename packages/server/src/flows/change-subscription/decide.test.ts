import { describe, expect, test } from "vitest";
import type { Sold } from "#flows/sold-terms.ts";
import { isoInstant } from "#kernel/clock.ts";
import { type ChangePolicy, newPlan } from "#modules/catalog/domain/index.ts";
import type { ChangeMode } from "#modules/subscriptions/domain/index.ts";
import { flatPrice, planDraft } from "#test/support/builders/plan.ts";
import { decideChange, type Question } from "./decide.ts";

const NOW_MS = Date.UTC(2026, 0, 11);
const LATER_MS = Date.UTC(2026, 0, 20);
let lastId = 0n;

function planAt(amount: string, changePolicy: Partial<ChangePolicy> = {}, unit = "month"): Sold {
  const interval = { unit: unit as "month" | "year", count: 1 };
  const band = { included: 0n, step: 1n };
  const draft = planDraft({ prices: [flatPrice(amount)], interval, quantityPolicy: band });
  const version = newPlan({ ...draft, changePolicy }, () => (lastId += 1n), NOW_MS).latest;
  return soldAs(version, 5n);
}

function soldAs(version: Sold["plan"], quantity: bigint): Sold {
  const { planId, version: planVersion } = version;
  const item = { planId, planVersion, quantity, billable: quantity, licensed: null, version };
  return { plan: version, items: [item] };
}

/** `now now_full, paid first`, `later now_prorated at the end`, `refused: now_full` */
function decided(asked: Partial<Question> & Pick<Question, "from" | "to">): string {
  try {
    const whole = { when: null, mode: null, nowMs: NOW_MS, isTried: false, ...asked };
    const decision = decideChange(whole);
    if (decision.type === "none") return "none";
    if (decision.type === "now")
      return `now ${decision.mode}${decision.isGated ? ", paid first" : ""}`;
    return `later ${decision.mode} ${decision.atMs === null ? "at the end" : "on the day"}`;
  } catch (error) {
    return `refused: ${(error as { code: string }).code}`;
  }
}

const whens = {
  null: null,
  now: "now",
  period_end: "period_end",
  day: { atMs: LATER_MS },
} as const;

describe("by direction, the plan's policy, and when it is asked for", () => {
  const rows: readonly [ChangeMode, keyof typeof whens, upgrade: string, downgrade: string][] = [
    ["now_prorated", "null", "now now_prorated, paid first", "now now_prorated"],
    ["now_full", "null", "now now_full, paid first", "now now_full"],
    ["now_without", "null", "now now_without, paid first", "now now_without"],
    ["at_period_end", "null", "later now_prorated at the end", "later now_prorated at the end"],
    ["now_prorated", "now", "now now_prorated, paid first", "now now_prorated"],
    ["now_full", "now", "now now_full, paid first", "now now_full"],
    ["now_without", "now", "now now_without, paid first", "now now_without"],
    ["at_period_end", "now", "now now_prorated, paid first", "now now_prorated"],
    [
      "now_prorated",
      "period_end",
      "later now_prorated at the end",
      "later now_prorated at the end",
    ],
    ["now_full", "period_end", "later now_prorated at the end", "later now_prorated at the end"],
    ["now_without", "period_end", "later now_prorated at the end", "later now_prorated at the end"],
    [
      "at_period_end",
      "period_end",
      "later now_prorated at the end",
      "later now_prorated at the end",
    ],
    ["now_prorated", "day", "later now_prorated on the day", "later now_prorated on the day"],
    ["now_full", "day", "later now_full on the day", "later now_full on the day"],
    ["now_without", "day", "later now_without on the day", "later now_without on the day"],
    ["at_period_end", "day", "later now_prorated on the day", "later now_prorated on the day"],
  ];
  test.each(rows)("%s, asked for %s: up %s, down %s", (policy, when, upgrade, downgrade) => {
    const both = { upgrade: policy, downgrade: policy };
    const from = planAt("50.00", both);
    expect(decided({ from, to: planAt("90.00"), when: whens[when] })).toBe(upgrade);
    expect(decided({ from, to: planAt("10.00"), when: whens[when] })).toBe(downgrade);
  });
});

describe("what is asked for goes before what the plan says", () => {
  const from = planAt("50.00", { upgrade: "at_period_end", isPaymentGated: false });
  const [dearer, yearly] = [planAt("90.00"), planAt("900.00", {}, "year")];
  const fewer = soldAs(from.plan, 3n);
  const more = soldAs(from.plan, 9n);
  test.each([
    { because: "its way", to: dearer, mode: "now_full", is: "now now_full" },
    { because: "its end", to: dearer, mode: "at_period_end", is: "later now_prorated at the end" },
    {
      because: "both do not fit",
      to: dearer,
      when: "now",
      mode: "at_period_end",
      is: "refused: change_policy_unfit",
    },
    {
      because: "the end knows one way",
      to: dearer,
      when: "period_end",
      mode: "now_full",
      is: "refused: change_policy_unfit",
    },
    {
      because: "that day has passed",
      to: dearer,
      when: { atMs: NOW_MS },
      is: "refused: time_invalid",
    },
    { because: "another interval is prorated", to: yearly, when: "now", is: "now now_prorated" },
    { because: "or waits", to: yearly, mode: "now_full", is: "refused: change_policy_unfit" },
    { because: "what is lowered alone is paid for", to: fewer, is: "now now_without" },
    {
      because: "and not given back",
      to: fewer,
      mode: "now_prorated",
      is: "refused: change_policy_unfit",
    },
    { because: "what is raised is an upgrade", to: more, is: "later now_prorated at the end" },
    { because: "the same is no change", to: from, is: "none" },
    { because: "in a trial it costs nothing", to: dearer, isTried: true, is: "now now_without" },
    {
      because: "and does not wait",
      to: dearer,
      isTried: true,
      when: "period_end",
      is: "refused: change_policy_unfit",
    },
  ] as const)("$because: $is", ({ is, ...asked }) => {
    expect(decided({ from, ...asked })).toBe(is);
  });

  test.each([
    { when: "period_end", named: { when: "period_end", allowed: ["now"] } },
    { when: { atMs: NOW_MS }, named: { when: isoInstant(NOW_MS), allowed: ["now"] } },
    { mode: "at_period_end", named: { policy: "at_period_end" } },
  ] as const)("in a trial the refusal names what was asked: $named", ({ named, ...asked }) => {
    const question = { from, to: dearer, nowMs: NOW_MS, isTried: true, when: null, mode: null };
    expect(() => decideChange({ ...question, ...asked })).toThrow(
      expect.objectContaining({ details: expect.objectContaining(named) }),
    );
  });
});
