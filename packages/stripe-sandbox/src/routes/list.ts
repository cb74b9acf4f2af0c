import type Stripe from "stripe";
import type { RenderedKind } from "../objects/render.ts";
import type { Collections } from "../state/collections.ts";
import type { Params } from "../wire/params.ts";
import { invalidParameter } from "../wire/refusal.ts";
import { fromParam } from "./lookup.ts";
import { type Call, ok, type Route } from "./route.ts";

/** Chooses what a list shows, from the parameters of the request. */
type Filter<K extends RenderedKind> = (params: Params) => (value: Collections[K]) => boolean;

export function listRoute<K extends RenderedKind>(path: string, kind: K, filter: Filter<K>): Route {
  return { method: "GET", path, handle: (call) => ok(list(call, kind, path, filter)) };
}

/** A page of a list, newest first, with Stripe's cursors. `url` is the list's own path. */
export function list<K extends RenderedKind>(
  { tx, params, render }: Call,
  kind: K,
  url: string,
  filter: Filter<K>,
): Stripe.ApiList<ReturnType<typeof render<K>>> {
  const isShown = filter(params);
  const wasCreated = createdFilter(params);
  const limit = readLimit(params);
  const after = params.filledText("starting_after");
  const before = params.filledText("ending_before");
  for (const [param, id] of Object.entries({ starting_after: after, ending_before: before })) {
    if (id !== undefined) fromParam(tx, kind, id, param);
  }
  const values = tx
    .newestFirst(kind)
    .filter((value) => isShown(value) && wasCreated(value.createdMs));
  const { shown, hasMore } = cut(values, limit, after, before);
  return {
    object: "list",
    data: shown.map((value) => render(kind, value)),
    has_more: hasMore,
    url,
  };
}

function readLimit(params: Params): number {
  const limit = params.integer("limit") ?? 10;
  if (limit >= 1 && limit <= 100) return limit;
  const rule = limit < 1 ? "greater than or equal to 1" : "less than or equal to 100";
  throw invalidParameter(
    "limit",
    `This value must be ${rule} (it currently is '${limit}').`,
    "parameter_invalid_integer",
  );
}

function cut<T extends { readonly id: string }>(
  values: readonly T[],
  limit: number,
  after: string | undefined,
  before: string | undefined,
): { shown: readonly T[]; hasMore: boolean } {
  if (before !== undefined) {
    const end = Math.max(
      values.findIndex(({ id }) => id === before),
      0,
    );
    return { shown: values.slice(Math.max(end - limit, 0), end), hasMore: end > limit };
  }
  const start = after === undefined ? 0 : values.findIndex(({ id }) => id === after) + 1;
  return { shown: values.slice(start, start + limit), hasMore: values.length > start + limit };
}

/** `created=<seconds>` or `created[gt|gte|lt|lte]=<seconds>`. */
function createdFilter(params: Params): (createdMs: number) => boolean {
  if (params.isText("created")) {
    const second = params.integer("created");
    return (createdMs) => Math.floor(createdMs / 1_000) === second;
  }
  const range = params.child("created");
  const after = range?.integer("gt") ?? Number.NEGATIVE_INFINITY;
  const from = range?.integer("gte") ?? Number.NEGATIVE_INFINITY;
  const before = range?.integer("lt") ?? Number.POSITIVE_INFINITY;
  const until = range?.integer("lte") ?? Number.POSITIVE_INFINITY;
  return (createdMs) => {
    const second = Math.floor(createdMs / 1_000);
    return second > after && second >= from && second < before && second <= until;
  };
}

/** Keeps the values whose field equals a parameter of the same meaning, when that was sent. */
export function matches<T>(wanted: T | null | undefined, actual: T | null): boolean {
  return wanted === undefined || wanted === null || wanted === actual;
}
