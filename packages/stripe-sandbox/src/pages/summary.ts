import { type CheckoutSessionRecord, sessionTotal } from "../objects/checkout-session.ts";
import { type LineItemRecord, lineTotal } from "../objects/line-item.ts";
import { formatAmount } from "../wire/money.ts";
import { type Html, html } from "./html.ts";

/** What the session is for: the things to pay, or that a card is to be kept. */
export function summary(session: CheckoutSessionRecord): Html {
  return html`<section class="summary" aria-labelledby="heading">
${session.cancelUrl !== null && html`<p class="back"><a href="${session.cancelUrl}">← Back</a></p>`}
${session.mode === "payment" ? payment(session) : setup()}
</section>`;
}

export function totalText(session: CheckoutSessionRecord): string {
  return formatAmount(sessionTotal(session), session.currency ?? "usd");
}

function payment(session: CheckoutSessionRecord): Html {
  const [only, ...others] = session.lineItems;
  const heading = only !== undefined && others.length === 0 ? `Pay for ${only.name}` : "Pay";
  return html`<h1 id="heading" class="kicker">${heading}</h1>
<p class="amount">${totalText(session)}</p>
<ul class="items">${session.lineItems.map(lineItem)}</ul>
<p class="total"><span>Total due</span> <strong>${totalText(session)}</strong></p>`;
}

function lineItem(item: LineItemRecord): Html {
  const each = formatAmount(item.unitAmount, item.currency);
  return html`<li>
<span class="item-name">${item.name}</span>
<span class="item-total">${formatAmount(lineTotal(item), item.currency)}</span>
${item.description !== null && html`<span class="item-note">${item.description}</span>`}
${item.quantity > 1 && html`<span class="item-note">${item.quantity} × ${each}</span>`}
</li>`;
}

function setup(): Html {
  return html`<h1 id="heading">Save a card</h1>
<p class="lead">The card is kept for later charges. Nothing is charged now.</p>`;
}
