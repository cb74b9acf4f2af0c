import type { Render } from "../objects/render.ts";
import type { Transaction } from "../state/transaction.ts";
import type { Params } from "../wire/params.ts";
import type { ErrorBody } from "../wire/refusal.ts";

/** One API request, ready to be carried out. */
export type Call = {
  readonly tx: Transaction;
  /** The `:id` of the path; empty when the path has none. */
  readonly id: string;
  readonly params: Params;
  readonly render: Render;
};

/** What is answered once the transaction is committed. */
export type Reply = { readonly status: number; readonly body: object };

export type Route = {
  readonly method: "DELETE" | "GET" | "POST";
  /** Segments divided by slashes; `:id` stands for one segment. */
  readonly path: string;
  readonly handle: (call: Call) => Reply;
};

export function ok(body: object): Reply {
  return { status: 200, body };
}

/** An answer that says no but keeps what was done: the failed charge of a decline. */
export function failed(status: number, error: ErrorBody): Reply {
  return { status, body: errorBody(error) };
}

export function errorBody(error: ErrorBody): { readonly error: object } {
  if (error.code === undefined) return { error };
  const page = error.code.replaceAll("_", "-");
  return { error: { ...error, doc_url: `https://stripe.com/docs/error-codes/${page}` } };
}
