import type { Challenge } from "../checkout/answer-challenge.ts";
import type { PaymentMethodRecord } from "../objects/payment-method.ts";
import { formatAmount } from "../wire/money.ts";
import { notice } from "./ended-page.ts";
import { type Html, html } from "./html.ts";
import { layout } from "./layout.ts";

/** The page on which a cardholder plays at proving who they are. */
export function challengePage({ intent }: Challenge, method: PaymentMethodRecord): Html {
  const purpose =
    intent.kind === "payment"
      ? html`A payment of <strong>${formatAmount(intent.value.amount, intent.value.currency)}</strong> is to be made`
      : html`Later charges are to be allowed`;
  return layout(
    "Confirm it is you · test bank",
    html`<main class="notice">
<h1>Confirm it is you</h1>
<p>${purpose} with the card ending in <strong>${method.cardNumber.slice(-4)}</strong>. A real bank would
ask for a code or a fingerprint here. This test bank takes your word.</p>
<form method="post" class="choices" aria-label="Authentication">
<button type="submit" class="primary" name="outcome" value="complete">Complete authentication</button>
<button type="submit" class="secondary" name="outcome" value="fail">Fail authentication</button>
</form>
</main>`,
    "../assets",
  );
}

/** Shown to whoever answered, and was not told where to go, or comes too late. */
export function answeredPage({ intent }: Challenge): Html {
  const isDone = intent.value.status === "succeeded";
  return notice(
    isDone ? "Authentication complete" : "Nothing to confirm",
    isDone
      ? "You can close this page."
      : "The authentication has failed, or is over. You can close this page.",
    null,
    { assets: "../assets" },
  );
}
