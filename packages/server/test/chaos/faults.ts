import type { Fault, StripeSandbox } from "@farthing/stripe-sandbox";

/** Everything that happens between a charge and the answer to it, and after it. */
const REQUESTS = "* /v1/payment_intents*";
const HOLD_MS = 20;

const faults: readonly (Fault & { readonly chance: number })[] = [
  {
    fault: "timeout",
    isDone: true,
    holdMs: HOLD_MS,
    chance: 0.03,
    on: "POST /v1/payment_intents*",
  },
  { fault: "timeout", isDone: false, holdMs: HOLD_MS, chance: 0.02, on: REQUESTS },
  { fault: "disconnect", isDone: true, chance: 0.03, on: "POST /v1/payment_intents*" },
  { fault: "disconnect", isDone: false, chance: 0.02, on: REQUESTS },
  { fault: "server_error", isDone: true, chance: 0.03, on: "POST /v1/payment_intents*" },
  { fault: "server_error", isDone: false, chance: 0.02, on: REQUESTS },
  { fault: "rate_limit", chance: 0.03, on: REQUESTS },
  { fault: "webhooks_before_answer", chance: 0.1, on: "POST /v1/payment_intents/:id/confirm" },
  { fault: "duplicate_webhooks", copies: 10, chance: 0.1 },
  { fault: "late_webhooks", delayMs: 90_000, jitterMs: 300_000, chance: 0.1 },
  { fault: "reordered_webhooks", chance: 0.2 },
  { fault: "lost_webhooks", chance: 0.1 },
];

/** Has the sandbox play every fault, by chance that the seed decides. */
export function playFaults(sandbox: StripeSandbox, seed: number): void {
  sandbox.faults.add(
    ...faults.map((fault, index) => ({ ...fault, times: null, seed: `${seed}-${index}` })),
  );
}

/** From here on the rail does each request anew, whatever key it carries. */
export function ignoreKeys(sandbox: StripeSandbox): void {
  sandbox.faults.add({ fault: "ignore_idempotency_key", times: null, on: "POST *" });
}

export interface Struck {
  /** `timeout after it was done` */
  readonly fault: string;
  readonly count: number;
}

/** How often each fault struck. */
export function struckBy(sandbox: StripeSandbox): Struck[] {
  return sandbox.faults.list().map(({ order, hitCount }) => ({
    fault: "isDone" in order ? `${order.fault}, ${whether(order.isDone)} done` : order.fault,
    count: hitCount,
  }));
}

function whether(isDone: boolean | undefined): string {
  return isDone === false ? "not" : "all the same";
}
