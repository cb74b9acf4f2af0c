import { BillingError } from "#kernel/error.ts";
import type { AskedBeginning } from "#modules/subscriptions/domain/index.ts";
import { parseInstant } from "#platform/http/wire.ts";

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
