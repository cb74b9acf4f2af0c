import type { ApiDependencies } from "../api.ts";
import { completeSession } from "../checkout/complete-session.ts";
import type { CheckoutSessionRecord } from "../objects/checkout-session.ts";
import { Transaction } from "../state/transaction.ts";
import { decodeForm } from "../wire/form.ts";
import { Refusal } from "../wire/refusal.ts";
import { readBody } from "../wire/request.ts";
import { checkoutPage, emptyForm } from "./checkout-page.ts";
import { endedPage, missingPage } from "./ended-page.ts";
import type { Html } from "./html.ts";
import { readCard, readTyped } from "./read-card.ts";
import { script } from "./script.ts";
import { style } from "./style.ts";

type Dependencies = Pick<ApiDependencies, "commit" | "now" | "randomBytes" | "store">;

/** Answers one request under `/pay`: a session's hosted page, or what that page is made of. */
export async function answerPage(
  dependencies: Dependencies,
  request: Request,
  path: string,
): Promise<Response> {
  if (path === "/pay/assets/pay.css") return asset("text/css", style);
  if (path === "/pay/assets/pay.js") return asset("text/javascript", script);
  const session = dependencies.store.find("checkout_session", path.slice("/pay/".length));
  if (session === undefined) return page(404, missingPage());
  if (request.method === "POST") return submit(dependencies, session.id, request);
  return page(200, pageOf(session, dependencies.now()));
}

async function submit(
  { store, now, randomBytes, commit }: Dependencies,
  sessionId: string,
  request: Request,
): Promise<Response> {
  const typed = await readBody(request)
    .then((body) => readTyped(decodeForm(body)))
    .catch((error: unknown) => {
      if (error instanceof Refusal) return emptyForm.typed;
      throw error;
    });
  // Looked up after the wait for the body: a double click may have completed the session meanwhile.
  const tx = new Transaction(store, { nowMs: now(), randomBytes, request: null });
  const session = tx.get("checkout_session", sessionId);
  if (session.status !== "open") return page(200, endedPage(session, returnUrl(session)));
  const reading = readCard(typed, tx.nowMs);
  if (reading.entry === null) {
    const state = { typed, errors: reading.errors, declineMessage: null };
    return page(422, checkoutPage(session, state, tx.nowMs));
  }
  const decline = completeSession(tx, session, reading.entry);
  commit(tx.changes);
  await store.synced();
  if (decline === null) return redirect(returnUrl(session));
  const state = { typed, errors: {}, declineMessage: decline.message };
  return page(402, checkoutPage(session, state, tx.nowMs));
}

function pageOf(session: CheckoutSessionRecord, nowMs: number): Html {
  return session.status === "open"
    ? checkoutPage(session, emptyForm, nowMs)
    : endedPage(session, returnUrl(session));
}

function returnUrl({ id, successUrl }: CheckoutSessionRecord): string {
  return successUrl.replaceAll("{CHECKOUT_SESSION_ID}", id);
}

/**
 * Scripts and styles only from their own paths. `form-action` must allow the merchant's pages, since
 * a browser applies it to the redirect that follows a payment too.
 */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; form-action 'self' http: https:; base-uri 'none'; frame-ancestors 'none'";

const guards = { "referrer-policy": "no-referrer", "x-content-type-options": "nosniff" };

function page(status: number, body: Html): Response {
  return new Response(body.text, {
    status,
    headers: {
      ...guards,
      "cache-control": "no-store",
      "content-security-policy": policy,
      "content-type": "text/html; charset=utf-8",
    },
  });
}

function asset(type: string, text: string): Response {
  return new Response(text, {
    headers: { ...guards, "cache-control": "no-cache", "content-type": `${type}; charset=utf-8` },
  });
}

function redirect(location: string): Response {
  return new Response(null, {
    status: 303,
    headers: { ...guards, "cache-control": "no-store", location: new URL(location).href },
  });
}
