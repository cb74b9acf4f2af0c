import { isoInstant } from "#kernel/clock.ts";
import { formatOwnedId } from "#kernel/ids.ts";
import type { WebhookEvent } from "./event.ts";

/** The languages in which an endpoint can be told what happened. */
export type Dialect = "native" | "metered";

export const dialectNames = ["native", "metered"] as const satisfies readonly Dialect[];

export interface Message {
  /** What this dialect calls the event; endpoints choose by this name. */
  readonly type: string;
  /** A JSON value. */
  readonly body: unknown;
}

/** Renders an event; null when this dialect has no word for it, and so tells nobody. */
export type RenderMessage = (event: WebhookEvent) => Message | null;

export interface DialectWords {
  /** Every type that this dialect tells, by its own names. */
  readonly types: readonly string[];
  readonly render: RenderMessage;
}

export type Dialects = Readonly<Record<Dialect, DialectWords>>;

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

/** Our own words, for events of these types. */
export function nativeDialect(types: readonly string[]): DialectWords {
  return { types, render: (event) => ({ type: event.type, body: nativeEvent(event) }) };
}
