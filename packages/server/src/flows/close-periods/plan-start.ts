import type { EpochMs } from "#kernel/clock.ts";
import { activated, trialBegun, trialEndOf } from "#modules/subscriptions/domain/index.ts";
import { type ClosePlan, type InvoiceFacts, openingClose, openingInvoice } from "./plan-close.ts";

export interface StartFacts extends InvoiceFacts {
  readonly hasCard: boolean;
}

/** A start; `whenPaid` is what follows if its invoice leaves nothing to pay. */
export interface StartPlan extends ClosePlan {
  readonly whenPaid: Pick<ClosePlan, "subscription" | "told"> | null;
}

/**
 * What begins at an instant: the trial; or the first period, if nothing of it is billed in advance; or
 * the waiting for its payment, which then starts it. Without a card it waits for one, unless its trial
 * asks for none; where its start was to come, that is told, for nobody is there to see it.
 */
export function planStart(facts: StartFacts, startMs: EpochMs): StartPlan {
  const { subscription, plan, nowMs, hasCard } = facts;
  const endMs = trialEndOf(subscription, startMs);
  const needsCard = endMs === null || plan.lifecycle.trial.requiresCard;
  if (needsCard && !hasCard) {
    const waiting = { ...subscription, status: "incomplete", nextActionMs: null } as const;
    const wasToCome = subscription.status === "scheduled";
    const told = wasToCome ? (["subscription.awaiting_payer"] as const) : [];
    return { ...NOTHING_BILLED, subscription: waiting, told };
  }
  if (endMs !== null) {
    const trialing = trialBegun(subscription, { startMs, endMs, nowMs });
    return { ...NOTHING_BILLED, subscription: trialing, told: ["subscription.activated"] };
  }
  const active = activated(subscription, startMs, nowMs);
  const started = { subscription: active, told: ["subscription.activated"] } as const;
  const invoice = openingInvoice(facts, active);
  if (invoice === null) return { ...NOTHING_BILLED, ...started };
  return {
    ...NOTHING_BILLED,
    subscription: { ...subscription, status: "incomplete", nextActionMs: null },
    close: openingClose(facts, invoice),
    invoice,
    told: [],
    whenPaid: started,
  };
}

const NOTHING_BILLED = { close: null, invoice: null, billedCounters: [], whenPaid: null } as const;
