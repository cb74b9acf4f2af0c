import type { Store } from "../state/store.ts";
import { Refusal } from "../wire/refusal.ts";
import { strike } from "./draw.ts";
import { type Ending, type Fault, isEnding, requestFaults } from "./fault.ts";

/** What the faults have in store for one request. */
export type RequestFate = {
  /** How it ends other than it should; null when it ends well. */
  readonly ending: Ending | null;
  readonly ignoresKey: boolean;
  readonly sendsWebhooksFirst: boolean;
};

export function drawRequestFate(store: Store, method: string, path: string): RequestFate {
  const hits = strike(store, requestFaults, `${method} ${path}`).map(({ order }) => order);
  const isHitBy = (kind: Fault["fault"]) => hits.some(({ fault }) => fault === kind);
  return {
    ending: hits.find(isEnding) ?? null,
    ignoresKey: isHitBy("ignore_idempotency_key"),
    sendsWebhooksFirst: isHitBy("webhooks_before_answer"),
  };
}

/** Whether the request is carried out, whatever its caller is told. */
export function isCarriedOut({ ending }: RequestFate): boolean {
  if (ending === null) return true;
  return ending.fault !== "rate_limit" && ending.isDone !== false;
}

/** A connection that broke, as the global `fetch` reports it. */
export class Disconnected extends TypeError {
  constructor() {
    super("fetch failed");
  }
}

const holdMsDefault = 60_000;

/**
 * Ends a request as its fate has it. `isOver` is aborted when the caller has given up or the sandbox
 * closes.
 *
 * @throws Refusal 429 or 500; Disconnected when there is to be no answer at all.
 */
export async function meet(ending: Ending, isOver: AbortSignal): Promise<never> {
  switch (ending.fault) {
    case "rate_limit":
      throw new Refusal(429, rateLimited, { isValidation: true });
    case "server_error":
      throw new Refusal(500, serverError, { isValidation: true });
    case "timeout":
      await aborted(isOver, ending.holdMs ?? holdMsDefault);
      throw new Disconnected();
    case "disconnect":
      throw new Disconnected();
  }
}

export const serverError = {
  type: "api_error",
  message: "An unknown error occurred. This sandbox was told to fail here.",
} as const;

const rateLimited = {
  type: "invalid_request_error",
  code: "rate_limit",
  message: "Request rate limit exceeded. This sandbox was told to refuse here.",
} as const;

function aborted(signal: AbortSignal, holdMs: number): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, holdMs);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
