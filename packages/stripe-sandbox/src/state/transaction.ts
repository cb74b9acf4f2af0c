import type { EventRecord, EventSubject, EventType } from "../objects/event.ts";
import { wantsEvent } from "../objects/webhook-endpoint.ts";
import { type Change, type Collections, deliveryId, type Kind } from "./collections.ts";
import { type RandomBytes, randomText } from "./identifiers.ts";
import type { Store } from "./store.ts";

export type Origin = {
  readonly nowMs: number;
  readonly randomBytes: RandomBytes;
  /** The API request that causes the changes; null for the hosted page and for time. */
  readonly request: EventRecord["request"];
};

/**
 * One request's view of the state: it reads what it wrote, and nobody else does until its changes
 * are committed. Dropping it undoes it.
 */
export class Transaction {
  readonly nowMs: number;
  readonly #store: Store;
  readonly #origin: Origin;
  readonly #changes: Change[] = [];
  /** What this request put, and null for what it dropped, by kind and id. */
  readonly #written = new Map<string, Collections[Kind] | null>();

  constructor(store: Store, origin: Origin) {
    this.#store = store;
    this.#origin = origin;
    this.nowMs = origin.nowMs;
  }

  find<K extends Kind>(kind: K, id: string): Collections[K] | undefined {
    const written = this.#written.get(`${kind} ${id}`);
    if (written === undefined) return this.#store.find(kind, id);
    return (written as Collections[K] | null) ?? undefined;
  }

  /** For ids that the state itself refers to. @throws when it does not hold what it names. */
  get<K extends Kind>(kind: K, id: string): Collections[K] {
    const value = this.find(kind, id);
    if (value === undefined) throw new Error(`the state names ${kind} ${id} but does not hold it`);
    return value;
  }

  /** The committed values of a kind, newest first. */
  newestFirst<K extends Kind>(kind: K): Collections[K][] {
    return [...this.#store.table(kind).values()].toReversed();
  }

  put<K extends Kind>(kind: K, value: Collections[K]): Collections[K] {
    this.#changes.push({ put: kind, value } as Change);
    this.#written.set(`${kind} ${value.id}`, value);
    return value;
  }

  drop(kind: Kind, id: string): void {
    this.#changes.push({ drop: kind, id });
    this.#written.set(`${kind} ${id}`, null);
  }

  /** Records that something happened, and that each endpoint that wants to know is to be told. */
  emit(type: EventType, subject: EventSubject): void {
    const event: EventRecord = {
      id: this.mint("evt_"),
      createdMs: this.nowMs,
      type,
      subject,
      request: this.#origin.request,
    };
    this.put("event", event);
    for (const endpoint of this.#store.table("webhook_endpoint").values()) {
      if (!wantsEvent(endpoint, type)) continue;
      this.put("delivery", {
        id: deliveryId(event.id, endpoint.id),
        event: event.id,
        endpoint: endpoint.id,
        attemptCount: 0,
        nextAttemptMs: this.nowMs,
      });
    }
  }

  /** A new id with the given prefix. */
  mint(prefix: string, length = 24): string {
    return prefix + randomText(this.#origin.randomBytes, length);
  }

  get changes(): readonly Change[] {
    return this.#changes;
  }
}
