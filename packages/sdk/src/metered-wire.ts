import { FarthingError } from "./errors.ts";
import type { CallOptions, Method, Send, Success, WriteOptions } from "./http.ts";
import { isJsonObject, type JsonObject } from "./json.ts";
import { type Listing, type ListQuery, listing, type Page } from "./listing.ts";

/** What follows `/api/v1/`, one entry per segment, not yet escaped. */
type Segments = readonly string[];

/** The metered paths: an answer is `{"state": "ok", "data": …}`, and `data` is what callers get. */
export interface MeteredWire {
  get<T>(path: Segments, options: CallOptions): Promise<T>;
  put<T>(path: Segments, body: unknown, options: CallOptions): Promise<T>;
  /** Sends an `Idempotency-Key`, so that a retry cannot do the thing twice. */
  post<T>(path: Segments, body: unknown, options: WriteOptions): Promise<T>;
  /** A POST whose body carries its own references and therefore needs no key. */
  postReferenced<T>(path: Segments, body: unknown, options: CallOptions): Promise<T>;
  list<T>(path: Segments, query: ListQuery, options: CallOptions): Listing<T>;
}

interface MeteredCall extends WriteOptions {
  readonly body?: unknown;
  readonly query?: ListQuery;
}

export function createMeteredWire(send: Send): MeteredWire {
  const call = async (method: Method, path: Segments, { query, ...rest }: MeteredCall) => {
    const { limit, cursor } = query ?? {};
    return okAnswer(await send({ ...rest, method, path: pathOf(path), query: { limit, cursor } }));
  };
  const dataOf = async <T>(answer: Promise<JsonObject>) => (await answer)["data"] as T;
  const pageOf = async <T>(answer: Promise<JsonObject>) => {
    const { data, next_cursor, has_more } = await answer;
    return { data, next_cursor, has_more } as Page<T>;
  };
  return {
    get: (path, options) => dataOf(call("GET", path, options)),
    put: (path, body, options) => dataOf(call("PUT", path, { ...options, body })),
    post: (path, body, options) =>
      dataOf(call("POST", path, { ...withIdempotencyKey(options), body })),
    postReferenced: (path, body, options) => dataOf(call("POST", path, { ...options, body })),
    list: <T>(path: Segments, firstQuery: ListQuery, options: CallOptions) =>
      listing(firstQuery, (query) => pageOf<T>(call("GET", path, { ...options, query }))),
  };
}

export function withIdempotencyKey<Options extends WriteOptions>(options: Options) {
  return { ...options, idempotencyKey: options.idempotencyKey ?? newReference() };
}

/** 128 random bits. `crypto.randomUUID` would do, but a browser has it on HTTPS pages only. */
export function newReference(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `sdk_${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

function pathOf(segments: Segments): string {
  for (const segment of segments) {
    // An empty uid would quietly address the whole collection, and a dot something else again.
    if (typeof segment !== "string" || /^\.{0,2}$/.test(segment)) {
      throw new TypeError(`Not a uid: ${JSON.stringify(segment)}`);
    }
  }
  return `/api/v1/${segments.map(encodeURIComponent).join("/")}`;
}

function okAnswer({ status, body }: Success): JsonObject {
  if (isJsonObject(body) && body["state"] === "ok") return body;
  throw new FarthingError({
    status,
    code: "answer_unreadable",
    message: "The answer is not that of a Farthing server. Check baseUrl.",
    requestId: null,
    details: [],
    retryAfterMs: null,
    body,
  });
}
