import { isoInstant } from "#kernel/clock.ts";
import { formatOwnedId } from "#kernel/ids.ts";
import type { WebhookEvent } from "./event.ts";

/** The languages in which an endpoint can be told what happened. */
export const dialectNames = ["native", "metered"] as const;

export type Dialect = (typeof dialectNames)[number];

export interface Message {
  /** What this dialect calls the event; endpoints choose by this name. */
  readonly type: string;
  /** A JSON value. */
  readonly body: unknown;
}

/** Renders an event; null when this dialect has no word for it, and so tells nobody. */
export type RenderMessage = (event: WebhookEvent) => Message | null;

export type Dialects = Readonly<Record<Dialect, RenderMessage>>;

/** An event in our own words, in webhooks and in the event log alike. */
export interface NativeEvent {
  readonly id: string;
  readonly type: string;
  readonly occurred_at: string;
  readonly number: number;
  readonly data: Readonly<Record<string, unknown>>;
}

export function nativeEvent(event: WebhookEvent): NativeEvent {
  return {
    id: formatOwnedId("event", event),
    type: event.type,
    occurred_at: isoInstant(event.occurredAtMs),
    number: Number(event.number),
    data: event.data,
  };
}

export const nativeDialect: RenderMessage = (event) => ({
  type: event.type,
  body: nativeEvent(event),
});
