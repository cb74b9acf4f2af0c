import type { Static } from "typebox";
import type { AskedCancellation } from "#flows/cancel-subscription.ts";
import type { WantedChange } from "#flows/change-subscription/change-subscription.ts";
import type { WantedItems } from "#flows/change-subscription/target.ts";
import type { AskedPause } from "#flows/pause-subscription.ts";
import { BillingError } from "#kernel/error.ts";
import type { AskedBeginning } from "#modules/subscriptions/domain/index.ts";
import { idFrom, parseInstant } from "#platform/http/wire.ts";
import type { cancelSubscription, pauseSubscription } from "./subscriptions-operations.ts";
import type { NewSubscription, SubscriptionChange } from "./subscriptions-schema.ts";

/** How a request says that a subscription is to begin. */
export interface BeginningBody {
  readonly starts_at?: string;
  readonly trial_days?: number;
  readonly trial_end?: string;
  readonly billing_anchor?: { readonly day: number } | { readonly at: string };
}

/** Refuses two ways to say how long the trial is, with `body_invalid`. */
export function beginningFromWire(body: BeginningBody): AskedBeginning {
  const { starts_at, billing_anchor } = body;
  const trial = trialFromWire(body);
  return {
    ...(starts_at === undefined ? {} : { startsAtMs: parseInstant(starts_at) }),
    ...(trial === undefined ? {} : { trial }),
    ...(billing_anchor === undefined ? {} : { anchor: anchorFromWire(billing_anchor) }),
  };
}

function trialFromWire({ trial_days, trial_end }: BeginningBody): AskedBeginning["trial"] {
  if (trial_days !== undefined && trial_end !== undefined) {
    const message = "a trial is so many days long or ends at an instant, not both";
    throw new BillingError("body_invalid", { errors: [{ path: "/trial_end", message }] });
  }
  if (trial_days !== undefined) return { type: "days", days: trial_days };
  return trial_end === undefined ? undefined : { type: "until", endMs: parseInstant(trial_end) };
}

function anchorFromWire(anchor: { readonly day: number } | { readonly at: string }) {
  return "day" in anchor
    ? ({ type: "day", day: anchor.day } as const)
    : ({ type: "instant", atMs: parseInstant(anchor.at) } as const);
}

type CancellationBody = Static<(typeof cancelSubscription)["schema"]["body"]>;

export function cancellationFromWire(body: CancellationBody): AskedCancellation {
  const { at_period_end: atPeriodEnd = true, unused = null } = body;
  if (atPeriodEnd) refuseUnused(unused);
  return { atPeriodEnd, unused };
}

type PauseBody = Static<(typeof pauseSubscription)["schema"]["body"]>;

export function pauseFromWire(body: PauseBody): AskedPause {
  const { at_period_end: atPeriodEnd = false, resumes_at, unused = null } = body;
  if (atPeriodEnd) refuseUnused(unused);
  const resumesAtMs = resumes_at === undefined ? null : parseInstant(resumes_at);
  return { atPeriodEnd, resumesAtMs, unused };
}

/** Refuses, with `body_invalid`, to say what becomes of time that there will be none of. */
function refuseUnused(unused: string | null): void {
  if (unused === null) return;
  const message = "no time is left unused at the period's end: with at_period_end false only";
  throw new BillingError("body_invalid", { errors: [{ path: "/unused", message }] });
}

type ChangeBody = Static<typeof SubscriptionChange>;
type ItemsBody = Pick<ChangeBody, "plan" | "quantity" | "addons">;

export function wantedChange(body: ChangeBody): WantedChange {
  return { items: wantedItems(body), when: when(body.when), mode: body.policy ?? null };
}

export function wantedItems({ plan, quantity, addons }: ItemsBody): WantedItems {
  return {
    planId: plan === undefined ? undefined : planIdFrom(plan),
    quantity: quantity === undefined ? undefined : BigInt(quantity),
    addOns: addons?.map(addOn),
  };
}

function addOn(body: NonNullable<Static<typeof NewSubscription>["addons"]>[number]) {
  return { planId: planIdFrom(body.plan), quantity: BigInt(body.quantity ?? "1") };
}

function when(wanted: ChangeBody["when"]): WantedChange["when"] {
  if (wanted === undefined) return null;
  if (wanted === "now" || wanted === "period_end") return wanted;
  return { atMs: parseInstant(wanted) };
}

function planIdFrom(text: string): bigint {
  return idFrom("plan", text, "plan_not_found");
}
