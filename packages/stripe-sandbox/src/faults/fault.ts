/** Which requests or webhooks a fault strikes, and how often. */
type Aim = {
  /**
   * A request as `POST /v1/payment_intents/:id/confirm`, or for faults of webhooks an event's type.
   * `:name` stands for one segment of a path and `*` for anything. The default is `*`.
   */
  readonly on?: string;
  /** How many that it is aimed at are spared first; 0 by default. */
  readonly skip?: number;
  /** How many are struck after those; 1 by default, null for all. */
  readonly times?: number | null;
  /** How likely each of them is struck, from 0 to 1; 1 by default. */
  readonly chance?: number;
  /** Decides, with the count of what was seen, every draw; the same seed draws the same again. */
  readonly seed?: string;
};

/**
 * What becomes of a request. `isDone` tells whether it is carried out all the same, which its caller
 * cannot know; the default is true.
 */
type RequestFault =
  /** No answer, until the caller gives up or `holdMs` (60,000 by default) have passed. */
  | { readonly fault: "timeout"; readonly isDone?: boolean; readonly holdMs?: number }
  /** The connection breaks at once. */
  | { readonly fault: "disconnect"; readonly isDone?: boolean }
  /** 500. When the request is carried out, its idempotency key replays the 500, as on Stripe. */
  | { readonly fault: "server_error"; readonly isDone?: boolean }
  /** 429, and nothing is carried out. */
  | { readonly fault: "rate_limit" }
  /** The request is carried out anew, whatever was answered to its idempotency key. */
  | { readonly fault: "ignore_idempotency_key" }
  /** Webhooks of what the request does are delivered before it is answered. */
  | { readonly fault: "webhooks_before_answer" };

/** What becomes of an event's webhooks. */
type WebhookFault =
  /** Each is delivered `copies` times, 10 by default. */
  | { readonly fault: "duplicate_webhooks"; readonly copies?: number }
  /** Each leaves `delayMs` late, and up to `jitterMs` more as the seed has it. */
  | { readonly fault: "late_webhooks"; readonly delayMs: number; readonly jitterMs?: number }
  /** Those of one request leave last first, each when the one before has been tried. */
  | { readonly fault: "reordered_webhooks" }
  /** They are never sent. */
  | { readonly fault: "lost_webhooks" };

/** One fault to play, as a program or the control endpoint orders it. */
export type Fault = Aim & (RequestFault | WebhookFault);
export type FaultKind = Fault["fault"];
export type FaultOf<Kind extends FaultKind> = Extract<Fault, { readonly fault: Kind }>;

/** A fault with what came of it. Kept in the state, so that a restart plays none of it again. */
export type FaultRecord = {
  readonly id: string;
  readonly order: Fault;
  /** How many requests or events it was aimed at. */
  readonly seenCount: number;
  /** How many of them it struck. */
  readonly hitCount: number;
};

/** Kinds of which one request can suffer only one. */
const endings = ["timeout", "disconnect", "server_error", "rate_limit"] as const;
export type Ending = FaultOf<(typeof endings)[number]>;

export const requestFaults: readonly FaultKind[] = [
  ...endings,
  "ignore_idempotency_key",
  "webhooks_before_answer",
];
export const webhookFaults: readonly FaultKind[] = [
  "duplicate_webhooks",
  "late_webhooks",
  "reordered_webhooks",
  "lost_webhooks",
];

export function isEnding(fault: Fault): fault is Ending {
  return (endings as readonly FaultKind[]).includes(fault.fault);
}
