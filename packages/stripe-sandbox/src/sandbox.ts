import { randomBytes as cryptoRandomBytes } from "node:crypto";
import type { ApiDependencies } from "./api.ts";
import { type ChargeJournal, createChargeJournal } from "./charge-journal.ts";
import type { Controls } from "./control.ts";
import { createFaultPlan, type FaultPlan } from "./faults/fault-plan.ts";
import { shapeWebhooks } from "./faults/webhook-fate.ts";
import { createHandler, errorResponse } from "./handler.ts";
import { createRender } from "./objects/render.ts";
import type { WebhookEndpointRecord } from "./objects/webhook-endpoint.ts";
import { createPassageOfTime } from "./passage-of-time.ts";
import { type CardRenewal, renewCard } from "./payments/change-card.ts";
import { type Change, deliveryId } from "./state/collections.ts";
import type { RandomBytes } from "./state/identifiers.ts";
import { JournalFile } from "./state/journal-file.ts";
import { Store } from "./state/store.ts";
import { Transaction } from "./state/transaction.ts";
import { type ConfiguredEndpoint, ensureEndpoints } from "./webhooks/configured-endpoints.ts";
import { type Deliver, Dispatcher, deliverOverHttp } from "./webhooks/dispatcher.ts";
import { missingResource } from "./wire/refusal.ts";

export type StripeSandboxOptions = {
  /** The keys to accept. Without them any `sk_test_…` is one; all share the same account. */
  readonly secretKeys?: readonly string[];
  /**
   * Where people reach the sandbox, with the path it is mounted under: the base of checkout URLs.
   * A function is asked each time, for a port that is known only later. The default is
   * `http://127.0.0.1:4242`.
   */
  readonly publicUrl?: string | (() => string);
  /** The current time in epoch milliseconds. */
  readonly now?: () => number;
  readonly randomBytes?: RandomBytes;
  /** A file to keep the state in. Without it the state lives as long as the object. */
  readonly journalPath?: string;
  /** Endpoints besides those created over the API. */
  readonly webhookEndpoints?: readonly ConfiguredEndpoint[];
  /** How webhooks leave; the default is a POST with the global `fetch`. */
  readonly deliver?: Deliver;
  /** How long a webhook waits after each failed attempt. After the last it is given up. */
  readonly webhookRetryDelaysMs?: readonly number[];
  /**
   * Whether `/_sandbox/faults` answers, to whoever holds a key: for a sandbox that stands alone. The
   * default is false.
   */
  readonly isControllable?: boolean;
  /** Told of every defect of the sandbox itself; the default prints it. */
  readonly onDefect?: (error: unknown) => void;
};

export type StripeSandbox = {
  /**
   * Answers a request: Stripe's API under `/v1`, hosted pages under `/pay`, and `/_sandbox`, each
   * also below the path of `publicUrl`. Callable like the global `fetch`, and detached from the
   * object, so that the SDK can be given it: `Stripe.createFetchHttpClient(sandbox.fetch)`.
   */
  readonly fetch: (input: Request | URL | string, init?: RequestInit) => Promise<Response>;
  readonly journal: ChargeJournal;
  /** The faults to play: timeouts, failures, webhooks that come often, late or in disorder. */
  readonly faults: FaultPlan;
  /**
   * Plays a card network that tells of a card issued anew: the saved card gets the expiry, and the
   * number of another test card if one is given. @throws when there is no such payment method.
   */
  readonly renewCard: (paymentMethodId: string, renewal: CardRenewal) => void;
  /** Where webhooks go and what signs them. */
  readonly webhookEndpoints: () => readonly Required<ConfiguredEndpoint>[];
  /** Resolves when no webhook is due or on its way. One that waits for its next retry is neither. */
  readonly idle: () => Promise<void>;
  /** Stops webhooks and closes the journal. Later requests are answered 503. */
  readonly close: () => Promise<void>;
};

const defaultRetryDelaysMs = [1, 5, 30, 120, 600].map((seconds) => seconds * 1_000);

/** @throws when the journal cannot be opened or is damaged anywhere but in its last line. */
export function createStripeSandbox(options: StripeSandboxOptions = {}): StripeSandbox {
  const { now = Date.now, randomBytes = cryptoRandomBytes, onDefect = console.error } = options;
  const journalFile =
    options.journalPath === undefined ? null : new JournalFile(options.journalPath);
  const store = new Store(journalFile);
  const publicUrl = publicUrlReader(options.publicUrl);
  const pendingWebhookCount = (eventId: string) => countPending(store, eventId);
  const render = createRender({ now, publicUrl, pendingWebhookCount });
  const dispatcher = new Dispatcher({
    store,
    render,
    now,
    deliver: options.deliver ?? deliverOverHttp,
    retryDelaysMs: options.webhookRetryDelaysMs ?? defaultRetryDelaysMs,
    onDefect,
  });
  const { secretKeys } = options;
  const journal = createChargeJournal(store);
  const faults = createFaultPlan(store, randomBytes);
  const closing = new AbortController();
  const dependencies: ApiDependencies = {
    store,
    render,
    now,
    randomBytes,
    secretKeys,
    commit: (changes) => commitShaped(store, dispatcher, changes),
    deliverFirst: (ids) => dispatcher.deliver(ids),
    closing: closing.signal,
    onDefect,
  };
  const controls: Controls = { faults, renewCard: createRenewal(dependencies) };
  const passTime = createPassageOfTime(dependencies);
  const handle = createHandler(
    dependencies,
    { journal, controls: options.isControllable === true ? controls : null },
    { prefixOf: () => new URL(publicUrl()).pathname.replace(/\/$/, ""), passTime },
  );
  const tx = new Transaction(store, { nowMs: now(), randomBytes, request: null });
  ensureEndpoints(tx, options.webhookEndpoints ?? []);
  store.commit(tx.changes);
  let isClosed = false;
  const ticking = setInterval(passTime, 1_000).unref();
  dispatcher.wake();
  return {
    fetch: async (input, init) => {
      const request =
        input instanceof Request && init === undefined ? input : new Request(input, init);
      return isClosed ? errorResponse(503, "The sandbox is closed.") : handle(request);
    },
    journal,
    ...controls,
    webhookEndpoints: () => Array.from(store.table("webhook_endpoint").values(), configured),
    idle: async () => {
      if (!isClosed) passTime();
      return dispatcher.idle();
    },
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      clearInterval(ticking);
      closing.abort();
      await dispatcher.close();
      await store.close();
    },
  };
}

/** Lets the faults have their way with the webhooks, and returns the ids of what is to be delivered. */
function commitShaped(
  store: Store,
  dispatcher: Dispatcher,
  changes: readonly Change[],
): readonly string[] {
  const shaped = shapeWebhooks(store, changes);
  store.commit(shaped);
  dispatcher.wake();
  return shaped.flatMap((change) =>
    "put" in change && change.put === "delivery" ? [change.value.id] : [],
  );
}

function createRenewal({ store, now, randomBytes, commit }: ApiDependencies) {
  return (paymentMethodId: string, renewal: CardRenewal): void => {
    const tx = new Transaction(store, { nowMs: now(), randomBytes, request: null });
    const method = tx.find("payment_method", paymentMethodId);
    if (method === undefined) {
      throw missingResource("PaymentMethod", paymentMethodId, "payment_method", 404);
    }
    renewCard(tx, method, renewal);
    commit(tx.changes);
  };
}

function configured({ url, secret, enabledEvents }: WebhookEndpointRecord) {
  return { url, secret, enabledEvents };
}

function countPending(store: Store, eventId: string): number {
  let count = 0;
  for (const endpointId of store.table("webhook_endpoint").keys()) {
    if (store.find("delivery", deliveryId(eventId, endpointId)) !== undefined) count += 1;
  }
  return count;
}

function publicUrlReader(publicUrl: StripeSandboxOptions["publicUrl"]): () => string {
  const read =
    typeof publicUrl === "function" ? publicUrl : () => publicUrl ?? "http://127.0.0.1:4242";
  return () => read().replace(/\/+$/, "");
}
