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
}

// Too many requests, not reachable, and the first request with the key is still being answered.
const ASK_AGAIN: readonly number[] = [429, 503];
const IN_FLIGHT = "idempotency_request_in_flight";

/** Throws `Unanswered`, or an ordinary error for an answer that no caller deserves. */
export function apiOf({ url, token }: { readonly url: string; readonly token: string }): Api {
  async function ask<Answer>(method: string, path: string, init: RequestInit): Promise<Answer> {
    const { status, text } = await answered(`${url}${path}`, { ...init, method });
    if (status < 300) return JSON.parse(text) as Answer;
    if (ASK_AGAIN.includes(status) || text.includes(IN_FLIGHT)) throw new Unanswered(text);
    throw new Error(`${method} ${path} was answered ${status}: ${text}`);
  }
  const authorization = `Bearer ${token}`;
  return {
    get: (path) => ask("GET", path, { headers: { authorization } }),
    post: (path, body, key = randomUUID()) =>
      ask("POST", path, {
        headers: { authorization, "content-type": "application/json", "idempotency-key": key },
        body: JSON.stringify(body),
      }),
  };
}

async function answered(url: string, init: RequestInit) {
  try {
    const response = await fetch(url, init);
    return { status: response.status, text: await response.text() };
  } catch (error) {
    throw new Unanswered(String(error), { cause: error });
  }
}
