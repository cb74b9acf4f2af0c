import type { CheckoutSessionRecord } from "../objects/checkout-session.ts";
import { type CardFormState, cardForm, testCardList } from "./card-form.ts";
import { type Html, html } from "./html.ts";
import { layout } from "./layout.ts";
import { summary, totalText } from "./summary.ts";

export const emptyForm: CardFormState = {
  typed: { number: "", expiry: "", cvc: "", name: "", country: "", postal_code: "" },
  errors: {},
  declineMessage: null,
};

/** The page of an open session. */
export function checkoutPage(
  session: CheckoutSessionRecord,
  state: CardFormState,
  nowMs: number,
): Html {
  const isPayment = session.mode === "payment";
  const submitLabel = isPayment ? `Pay ${totalText(session)}` : "Save card";
  const hasProblem = state.declineMessage !== null || Object.keys(state.errors).length > 0;
  const title = `${hasProblem ? "Problem: " : ""}${submitLabel} · test checkout`;
  const expiry = `12 / ${String(new Date(nowMs).getUTCFullYear() + 4).slice(-2)}`;
  return layout(
    title,
    html`<main class="checkout">
${summary(session)}
<div class="panel">${cardForm(state, submitLabel)}</div>
${testCardList(expiry)}
</main>`,
  );
}
