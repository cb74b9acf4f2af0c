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
}

export const usualLifecycle: LifecyclePolicy = {
  renewal: "auto",
  trial: { days: 0, requiresCard: true, withoutCard: "cancel" },
  anchorAfterPause: "keep",
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
}

export function lifecycleToJson({
  renewal,
  trial,
  anchorAfterPause,
}: LifecyclePolicy): LifecycleJson {
  const { days, requiresCard, withoutCard } = trial;
  return {
    renewal,
    trial: { days, requires_card: requiresCard, without_card: withoutCard },
    anchor_after_pause: anchorAfterPause,
  };
}

/** A version from before there were pauses says nothing of them. */
export function lifecycleFromJson({
  renewal,
  trial,
  anchor_after_pause: anchorAfterPause = usualLifecycle.anchorAfterPause,
}: Partial<LifecycleJson> & Omit<LifecycleJson, "anchor_after_pause">): LifecyclePolicy {
  const { days, requires_card: requiresCard, without_card: withoutCard } = trial;
  return { renewal, trial: { days, requiresCard, withoutCard }, anchorAfterPause };
}
