import type { Change, Collections, Kind } from "./collections.ts";
import type { JournalFile } from "./journal-file.ts";

type Tables = { readonly [K in Kind]: Map<string, Collections[K]> };

/** The committed state: values that never change in maps that change only by recorded changes. */
export class Store {
  readonly #tables: Tables = {
    charge: new Map(),
    checkout_session: new Map(),
    customer: new Map(),
    delivery: new Map(),
    dispute: new Map(),
    event: new Map(),
    fault: new Map(),
    payment_intent: new Map(),
    payment_method: new Map(),
    refund: new Map(),
    saved_answer: new Map(),
    setup_intent: new Map(),
    webhook_endpoint: new Map(),
  };
  readonly #journal: JournalFile | null;

  /** With a journal, starts from the state that the journal records. */
  constructor(journal: JournalFile | null) {
    this.#journal = journal;
    journal?.replay((changes) => this.#apply(changes));
  }

  find<K extends Kind>(kind: K, id: string): Collections[K] | undefined {
    return this.#tables[kind].get(id);
  }

  /** All values of a kind, oldest first. */
  table<K extends Kind>(kind: K): ReadonlyMap<string, Collections[K]> {
    return this.#tables[kind];
  }

  /** Writes the changes, then makes them visible: all of them or, when writing fails, none. */
  commit(changes: readonly Change[]): void {
    if (changes.length === 0) return;
    this.#journal?.append(changes);
    this.#apply(changes);
  }

  /** Resolves when all that was committed would survive a loss of power. Nobody is told before. */
  synced(): Promise<void> {
    return this.#journal?.synced() ?? Promise.resolve();
  }

  async close(): Promise<void> {
    await this.#journal?.close();
  }

  #apply(changes: readonly Change[]): void {
    for (const change of changes) {
      if ("drop" in change) this.#tables[change.drop].delete(change.id);
      else (this.#tables[change.put] as Map<string, unknown>).set(change.value.id, change.value);
    }
  }
}
