import { faultUnless, type PlanFault } from "./fault.ts";

/** Whether a period is followed by the next one, or each term is bought by hand. */
export const renewals = ["auto", "none"] as const;

/**
 * What becomes of a trial that ends without a card: it is canceled, it rests until somebody resumes it,
 * or it goes on and owes, as with a card that is declined.
 */
export const trialEndsWithoutCard = ["cancel", "pause", "past_due"] as const;

/** What periods are counted from after a pause: from what they were, or from its end. */
export const anchorsAfterPause = ["keep", "move"] as const;

/**
 * What becomes of time that was paid for and is not used, where a subscription ends at once: it is lost,
 * it is the customer's credit, or what a card paid of it goes back there and the rest is credit.
 */
export const unusedOnCancel = ["nothing", "credit", "refund"] as const;

/** The same where it pauses at once: paid time runs on in the pause, or it is the customer's credit. */
export const unusedOnPause = ["nothing", "credit"] as const;

export type UnusedOnCancel = (typeof unusedOnCancel)[number];
export type UnusedOnPause = (typeof unusedOnPause)[number];

/** What is given back of time that is not used, unless somebody says otherwise. */
export interface UnusedTimePolicy {
  readonly onCancel: UnusedOnCancel;
  readonly onPause: UnusedOnPause;
}

/** What a plan gives away before it is paid for. */
export interface TrialPolicy {
  /** Days of the customer's calendar; 0 for none, unless a subscription says otherwise. */
  readonly days: number;
  /** Whether it begins with a card only. */
  readonly requiresCard: boolean;
  readonly withoutCard: (typeof trialEndsWithoutCard)[number];
}

/** How subscriptions of a plan begin, rest and go on. */
export interface LifecyclePolicy {
  readonly renewal: (typeof renewals)[number];
  readonly trial: TrialPolicy;
  readonly anchorAfterPause: (typeof anchorsAfterPause)[number];
  readonly unusedTime: UnusedTimePolicy;
}

export const usualLifecycle: LifecyclePolicy = {
  renewal: "auto",
  trial: { days: 0, requiresCard: true, withoutCard: "cancel" },
  anchorAfterPause: "keep",
  unusedTime: { onCancel: "nothing", onPause: "nothing" },
};

export const TRIAL_DAYS_MAX = 730;

export function lifecycleFaults({ trial }: LifecyclePolicy): PlanFault[] {
  const { days } = trial;
  const isFit = Number.isSafeInteger(days) && days >= 0 && days <= TRIAL_DAYS_MAX;
  return faultUnless(isFit, "/trial/days", `whole days from 0 to ${TRIAL_DAYS_MAX}`);
}

/** A policy as a plan version is shown and stored. */
export interface LifecycleJson {
  renewal: LifecyclePolicy["renewal"];
  trial: { days: number; requires_card: boolean; without_card: TrialPolicy["withoutCard"] };
  anchor_after_pause: LifecyclePolicy["anchorAfterPause"];
  unused_time: { on_cancel: UnusedOnCancel; on_pause: UnusedOnPause };
}

export function lifecycleToJson({
  renewal,
  trial,
  anchorAfterPause,
  unusedTime,
}: LifecyclePolicy): LifecycleJson {
  const { days, requiresCard, withoutCard } = trial;
  return {
    renewal,
    trial: { days, requires_card: requiresCard, without_card: withoutCard },
    anchor_after_pause: anchorAfterPause,
    unused_time: { on_cancel: unusedTime.onCancel, on_pause: unusedTime.onPause },
  };
}

type LaterJson = "anchor_after_pause" | "unused_time";

/** An older version says nothing of pauses, or of unused time. */
export function lifecycleFromJson(
  json: Omit<LifecycleJson, LaterJson> & Partial<Pick<LifecycleJson, LaterJson>>,
): LifecyclePolicy {
  const { renewal, trial, unused_time: unused } = json;
  const { days, requires_card: requiresCard, without_card: withoutCard } = trial;
  const { anchorAfterPause, unusedTime } = usualLifecycle;
  return {
    renewal,
    trial: { days, requiresCard, withoutCard },
    anchorAfterPause: json.anchor_after_pause ?? anchorAfterPause,
    unusedTime:
      unused === undefined ? unusedTime : { onCancel: unused.on_cancel, onPause: unused.on_pause },
  };
}
