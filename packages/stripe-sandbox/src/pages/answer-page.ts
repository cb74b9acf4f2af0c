import type { ApiDependencies } from "../api.ts";
import { answerChallenge, findChallenge, returnUrlOf } from "../checkout/answer-challenge.ts";
import { completeSession } from "../checkout/complete-session.ts";
import type { CheckoutSessionRecord } from "../objects/checkout-session.ts";
import { Transaction } from "../state/transaction.ts";
import { decodeForm, type FormTree } from "../wire/form.ts";
import { Refusal } from "../wire/refusal.ts";
import { readBody } from "../wire/request.ts";
import type { CardFormState } from "./card-form.ts";
import { answeredPage, challengePage } from "./challenge-page.ts";
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
  if (path.startsWith(challengePath)) {
    return answerChallengePage(dependencies, request, path.slice(challengePath.length));
  }
  const session = dependencies.store.find("checkout_session", path.slice("/pay/".length));
  if (session === undefined) return page(404, missingPage());
  if (request.method === "POST") return submit(dependencies, session.id, request);
  const isDeclined = new URL(request.url).searchParams.has("declined");
  const declineMessage = isDeclined ? lastDecline(dependencies.store, session) : null;
  return page(200, pageOf(session, { ...emptyForm, declineMessage }, dependencies.now()));
}

const challengePath = "/pay/authenticate/";

/** What the session's intent remembers of the card that was tried last. */
function lastDecline(
  store: Dependencies["store"],
  { paymentIntent, setupIntent }: CheckoutSessionRecord,
): string | null {
  const payment = paymentIntent === null ? undefined : store.find("payment_intent", paymentIntent);
  const setup = setupIntent === null ? undefined : store.find("setup_intent", setupIntent);
  return (payment ?? setup)?.lastFailure?.decline.message ?? null;
}

/** Asks a cardholder who they are, and takes the answer. */
async function answerChallengePage(
  { store, now, randomBytes, commit }: Dependencies,
  request: Request,
  intentId: string,
): Promise<Response> {
  const typed = request.method === "POST" ? (await readForm(request)).get("outcome") : undefined;
  const challenge = findChallenge(store, intentId);
  if (challenge === null) return page(404, missingPage("../assets"));
  const { status, paymentMethod } = challenge.intent.value;
  if (status !== "requires_action") return page(200, answeredPage(challenge));
  const tx = new Transaction(store, { nowMs: now(), randomBytes, request: null });
  if (typed !== "complete" && typed !== "fail") {
    return page(200, challengePage(challenge, tx.get("payment_method", paymentMethod ?? "")));
  }
  const { location } = answerChallenge(tx, challenge, typed === "complete");
  commit(tx.changes);
  await store.synced();
  if (location !== null) return redirect(location);
  return page(200, answeredPage(findChallenge(store, intentId) ?? challenge));
}

/** What was sent; nothing when that cannot be read. */
async function readForm(request: Request): Promise<FormTree> {
  try {
    return decodeForm(await readBody(request));
  } catch (error) {
    if (error instanceof Refusal) return new Map();
    throw error;
  }
}

async function submit(
  { store, now, randomBytes, commit }: Dependencies,
  sessionId: string,
  request: Request,
): Promise<Response> {
  const typed = readTyped(await readForm(request));
  // Looked up after the wait for the body: a double click may have completed the session meanwhile.
  const tx = new Transaction(store, { nowMs: now(), randomBytes, request: null });
  const session = tx.get("checkout_session", sessionId);
  if (session.status !== "open") return page(200, endedPage(session, returnUrlOf(session)));
  const reading = readCard(typed, tx.nowMs);
  if (reading.entry === null) {
    const state = { typed, errors: reading.errors, declineMessage: null };
    return page(422, checkoutPage(session, state, tx.nowMs));
  }
  const completion = completeSession(tx, session, reading.entry);
  commit(tx.changes);
  await store.synced();
  if (completion.type === "complete") return redirect(returnUrlOf(session));
  if (completion.type === "asked") return redirect(`authenticate/${completion.intentId}`);
  const state = { typed, errors: {}, declineMessage: completion.decline.message };
  return page(402, checkoutPage(session, state, tx.nowMs));
}

function pageOf(session: CheckoutSessionRecord, state: CardFormState, nowMs: number): Html {
  return session.status === "open"
    ? checkoutPage(session, state, nowMs)
    : endedPage(session, returnUrlOf(session));
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

/** `location` is an address, or a path relative to the page's own, which holds under any mount path. */
function redirect(location: string): Response {
  const target = URL.canParse(location) ? new URL(location).href : location;
  return new Response(null, {
    status: 303,
    headers: { ...guards, "cache-control": "no-store", location: target },
  });
}
