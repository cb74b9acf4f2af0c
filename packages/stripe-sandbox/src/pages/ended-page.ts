import type { CheckoutSessionRecord } from "../objects/checkout-session.ts";
import { type Html, html } from "./html.ts";
import { layout } from "./layout.ts";
import { totalText } from "./summary.ts";

/** The page of a session that is complete or expired. `successUrl` is where its payer belongs. */
export function endedPage(session: CheckoutSessionRecord, successUrl: string): Html {
  if (session.status === "expired") {
    return notice(
      "This checkout has expired",
      "It can no longer be used, and nothing was charged. Go back and start again.",
      session.cancelUrl,
      { label: "Go back" },
    );
  }
  return session.mode === "payment"
    ? notice("Already paid", `The payment of ${totalText(session)} is complete.`, successUrl)
    : notice("Card already saved", "The card was saved. There is nothing left to do.", successUrl);
}

export function missingPage(assets = "assets"): Html {
  return notice(
    "No such checkout",
    "The link may be incomplete, or the sandbox may have been started anew without its journal.",
    null,
    { assets },
  );
}

/** A page that says one thing, and where to go on. */
export function notice(
  heading: string,
  text: string,
  url: string | null,
  { label = "Continue", assets = "assets" } = {},
): Html {
  return layout(
    `${heading} · test checkout`,
    html`<main class="notice">
<h1>${heading}</h1>
<p>${text}</p>
${url !== null && html`<p><a class="primary" href="${url}">${label}</a></p>`}
</main>`,
    assets,
  );
}
