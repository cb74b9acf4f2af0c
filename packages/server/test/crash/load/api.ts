import { randomUUID } from "node:crypto";

/** No answer that counts: the server died, or said that it could not now. To be asked again. */
export class Unanswered extends Error {
  override readonly name = "Unanswered";
}

/** The operator API, as a merchant's own server calls it. */
export interface Api {
  get<Answer>(path: string): Promise<Answer>;
  /** The same key again asks for the same thing, and not for another one. */
  post<Answer>(path: string, body: unknown, key?: string): Promise<Answer>;
  /** Posts what may be refused, and answers either. */
  ask<Answer>(path: string, body: unknown, key: string): Promise<Reply<Answer>>;
  /** What a payer's browser gets: where a page leads to, or null when it leads nowhere. */
  visit(path: string): Promise<string | null>;
}

export interface Reply<Answer> {
  readonly status: number;
  readonly answer: Answer;
}

export interface Address {
  readonly url: string;
  readonly token: string;
}

// Too many requests, not reachable, and the first request with the key is still being answered.
const ASK_AGAIN: readonly number[] = [429, 503];
// The page of a payment link that is no longer one.
const GONE = 410;
const IN_FLIGHT = "idempotency_request_in_flight";

/**
 * Asks the servers by turns, and of those that are dead the next one, as a balancer does that repeats
 * what broke off. Throws `Unanswered`, or an ordinary error for an answer that no caller deserves.
 */
export function apiOf(...addresses: readonly Address[]): Api {
  let turn = 0;

  async function ask(
    path: string,
    init: RequestInit,
  ): Promise<{ status: number; text: string; location: string | null }> {
    let reason: unknown;
    turn += 1;
    for (let attempt = 0; attempt < addresses.length; attempt += 1) {
      const { url, token } = addresses[(turn + attempt) % addresses.length] as Address;
      const headers = { ...init.headers, authorization: `Bearer ${token}` };
      try {
        const response = await fetch(`${url}${path}`, { ...init, headers, redirect: "manual" });
        const location = response.headers.get("location");
        return { status: response.status, text: await response.text(), location };
      } catch (error) {
        reason = error;
      }
    }
    throw new Unanswered(String(reason), { cause: reason });
  }

  async function answered<Answer>(method: string, path: string, init: RequestInit = {}) {
    const { status, text } = await ask(path, { ...init, method });
    if (status < 300) return JSON.parse(text) as Answer;
    throw refusalOf(`${method} ${path}`, status, text);
  }

  return {
    get: (path) => answered("GET", path),
    post: (path, body, key = randomUUID()) => answered("POST", path, posted(body, key)),
    async ask(path, body, key) {
      const { status, text } = await ask(path, { ...posted(body, key), method: "POST" });
      if (status < 500 && !isToAskAgain(status, text)) {
        return { status, answer: JSON.parse(text) };
      }
      throw refusalOf(`POST ${path}`, status, text);
    },
    async visit(path) {
      const { status, text, location } = await ask(path, {});
      if (status < 400 || status === GONE) return location;
      throw refusalOf(path, status, text);
    },
  };
}

function posted(body: unknown, key: string): RequestInit {
  return {
    headers: { "content-type": "application/json", "idempotency-key": key },
    body: JSON.stringify(body),
  };
}

function isToAskAgain(status: number, text: string): boolean {
  return ASK_AGAIN.includes(status) || text.includes(IN_FLIGHT);
}

function refusalOf(asked: string, status: number, text: string): Error {
  if (isToAskAgain(status, text)) return new Unanswered(text);
  return new Error(`${asked} was answered ${status}: ${text}`);
}
