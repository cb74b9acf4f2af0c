import { isoInstant, isoInstantOrNull } from "#kernel/clock.ts";
import type { Beginning, Pause, Rest } from "#modules/subscriptions/domain/index.ts";

/** How a subscription begins and rests, as it is stored: instants in UTC, as everywhere. */
export interface BeginningJson {
  starts_at: string | null;
  trial: { days: number } | { until: string } | null;
  anchor: { day: number } | { at: string } | null;
}

export interface PauseJson {
  paused_at: string | null;
  resumes_at: string | null;
  paid_until: string | null;
}

export interface RestJson {
  from: string;
  until: string | null;
  anchor: string;
}

export function beginningToJson(beginning: Beginning | null): BeginningJson | null {
  if (beginning === null) return null;
  const { startsAtMs, trial, anchor } = beginning;
  return {
    starts_at: isoInstantOrNull(startsAtMs),
    trial:
      trial === null
        ? null
        : trial.type === "days"
          ? { days: trial.days }
          : { until: isoInstant(trial.endMs) },
    anchor:
      anchor === null
        ? null
        : anchor.type === "day"
          ? { day: anchor.day }
          : { at: isoInstant(anchor.atMs) },
  };
}

export function beginningFromJson(json: BeginningJson | null): Beginning | null {
  if (json === null) return null;
  return {
    startsAtMs: instantOf(json.starts_at),
    trial: trialFromJson(json.trial),
    anchor: anchorFromJson(json.anchor),
  };
}

function trialFromJson(trial: BeginningJson["trial"]): Beginning["trial"] {
  if (trial === null) return null;
  return "days" in trial
    ? { type: "days", days: trial.days }
    : { type: "until", endMs: Date.parse(trial.until) };
}

function anchorFromJson(anchor: BeginningJson["anchor"]): Beginning["anchor"] {
  if (anchor === null) return null;
  return "day" in anchor
    ? { type: "day", day: anchor.day }
    : { type: "instant", atMs: Date.parse(anchor.at) };
}

export function pauseToJson(pause: Pause | null): PauseJson | null {
  if (pause === null) return null;
  return {
    paused_at: isoInstantOrNull(pause.pausedAtMs),
    resumes_at: isoInstantOrNull(pause.resumesAtMs),
    paid_until: isoInstantOrNull(pause.paidUntilMs),
  };
}

export function pauseFromJson(json: PauseJson | null): Pause | null {
  if (json === null) return null;
  return {
    pausedAtMs: instantOf(json.paused_at),
    resumesAtMs: instantOf(json.resumes_at),
    paidUntilMs: instantOf(json.paid_until),
  };
}

function instantOf(text: string | null): number | null {
  return text === null ? null : Date.parse(text);
}

/** Null where there are none: most subscriptions never rest. */
export function restsToJson(rests: readonly Rest[]): RestJson[] | null {
  if (rests.length === 0) return null;
  return rests.map(({ fromMs, untilMs, anchorMs }) => ({
    from: isoInstant(fromMs),
    until: isoInstantOrNull(untilMs),
    anchor: isoInstant(anchorMs),
  }));
}

export function restsFromJson(json: readonly RestJson[] | null): readonly Rest[] {
  if (json === null) return NO_RESTS;
  return json.map(({ from, until, anchor }) => ({
    fromMs: Date.parse(from),
    untilMs: instantOf(until),
    anchorMs: Date.parse(anchor),
  }));
}

const NO_RESTS: readonly Rest[] = [];
