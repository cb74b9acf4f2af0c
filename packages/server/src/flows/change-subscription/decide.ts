import type { Sold } from "#flows/sold-terms.ts";
import { type EpochMs, isoInstant } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import {
  type ChangeMode,
  isSameInterval,
  type NowMode,
} from "#modules/subscriptions/domain/index.ts";
import { directionOf, isSameVersion } from "./direction.ts";

/** When a change is wanted; null leaves it to the plan. */
export type Wanted = "now" | "period_end" | { readonly atMs: EpochMs } | null;

export interface Question {
  readonly from: Sold;
  readonly to: Sold;
  readonly when: Wanted;
  /** How it is wanted; null leaves it to the plan. */
  readonly mode: ChangeMode | null;
  readonly nowMs: EpochMs;
  /** In a trial a change is made at once, and costs nothing. */
  readonly isTried: boolean;
}

export type Decision =
  /** Nothing would be another. */
  | { readonly type: "none" }
  | { readonly type: "now"; readonly mode: NowMode; readonly isGated: boolean }
  | { readonly type: "later"; readonly mode: NowMode; readonly atMs: EpochMs | null };

/**
 * When and how a change takes effect, by the policy of the plan that is held now. Refuses with
 * `change_policy_unfit` what cannot be done in the way that is wanted, and `time_invalid`.
 */
export function decideChange(question: Question): Decision {
  const { from, to, when } = question;
  if (isSame(from, to)) return { type: "none" };
  if (question.isTried) return tried(question);
  const direction = directionOf(from, to);
  const { changePolicy } = from.plan;
  const mode = fitting(question, wantedMode(question, changePolicy[direction]));
  if (typeof when === "object" && when !== null) {
    if (when.atMs <= question.nowMs) {
      throw new BillingError("time_invalid", { now: isoInstant(question.nowMs) });
    }
    return { type: "later", mode: nowModeOf(mode), atMs: when.atMs };
  }
  if (mode === "at_period_end") return { type: "later", mode: "now_prorated", atMs: null };
  const isGated = changePolicy.isPaymentGated && direction === "upgrade";
  return { type: "now", mode, isGated };
}

function tried({ when, mode }: Question): Decision {
  if (when !== null && when !== "now") {
    const asked = when === "period_end" ? when : isoInstant(when.atMs);
    throw new BillingError("change_policy_unfit", { when: asked, allowed: ["now"] });
  }
  if (mode !== "at_period_end") return { type: "now", mode: "now_without", isGated: false };
  const allowed = ["now_prorated", "now_full", "now_without"];
  throw new BillingError("change_policy_unfit", { policy: mode, allowed });
}

/** What is wanted goes before what the plan says; what is lowered only is lowered for the next bill. */
function wantedMode({ from, to, when, mode }: Question, usual: ChangeMode): ChangeMode {
  if (when === "period_end") return mode ?? "at_period_end";
  if (mode !== null) return mode;
  if (isLoweringOnly(from, to)) return "now_without";
  return when === null ? usual : nowModeOf(usual);
}

function nowModeOf(mode: ChangeMode): NowMode {
  return mode === "at_period_end" ? "now_prorated" : mode;
}

function fitting(question: Question, mode: ChangeMode): ChangeMode {
  const allowed = allowedModes(question);
  if (allowed.includes(mode)) return mode;
  throw new BillingError("change_policy_unfit", { policy: mode, allowed });
}

function allowedModes({ from, to, when }: Question): readonly ChangeMode[] {
  if (when === "period_end") return ["at_period_end"];
  const modes: readonly ChangeMode[] = !isSameInterval(from.plan.interval, to.plan.interval)
    ? ["now_prorated", "at_period_end"]
    : isLoweringOnly(from, to)
      ? ["now_without", "at_period_end"]
      : ["now_prorated", "now_full", "now_without", "at_period_end"];
  return when === null ? modes : modes.filter((mode) => mode !== "at_period_end");
}

/** Whether the same is held after it, of some less and of none more: it is paid for, and stays licensed. */
function isLoweringOnly(from: Sold, to: Sold): boolean {
  return (
    from.items.length === to.items.length &&
    from.items.every((item) =>
      to.items.some((other) => isSameVersion(item, other) && other.quantity <= item.quantity),
    )
  );
}

function isSame(from: Sold, to: Sold): boolean {
  return isLoweringOnly(from, to) && isLoweringOnly(to, from);
}
