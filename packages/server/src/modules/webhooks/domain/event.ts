import type { EpochMs } from "#kernel/clock.ts";
import type { OwnedId } from "#kernel/ids.ts";

/** An event of the project's log, as the dialects render it. */
export interface WebhookEvent extends OwnedId {
  /** Its place in the project's log: 1, 2, 3 … without a gap. */
  readonly number: bigint;
  /** `noun.past_verb`. */
  readonly type: string;
  /** A snapshot in wire form: what the event is about, as it was when it happened. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly occurredAtMs: EpochMs;
}
