import { type TSchema, Type } from "typebox";
import type { PageOf } from "#platform/http/page.ts";
import { Closed, Nullable } from "#platform/http/wire.ts";

/** `{"state": "ok", "data": …}` */
export function Ok<Data extends TSchema>(data: Data) {
  return Closed({ state: Type.Literal("ok"), data });
}

/** The same for a list, with the way to its next page. */
export function OkPage<Item extends TSchema>(item: Item) {
  return Closed({
    state: Type.Literal("ok"),
    data: Type.Array(item),
    next_cursor: Nullable(Type.String()),
    has_more: Type.Boolean(),
  });
}

export function ok<Data>(data: Data) {
  return { state: "ok" as const, data };
}

export function okPage<Item>(page: PageOf<Item>) {
  return { state: "ok" as const, ...page };
}
