import type { StripeSandbox } from "@farthing/stripe-sandbox";
import type { Answer, TestApp } from "#test/support/app.ts";

/** What the payer does on the bank's page; `leave` means nothing, for now. */
export type AtTheBank = "complete" | "fail" | "leave";

/**
 * Follows the link of a payment that its bank wants the payer for, over the bank's page and back, as a
 * browser does. Answers what the payer sees in the end.
 */
export async function visitBank(
  shop: Pick<TestApp, "app" | "call">,
  link: string,
  outcome: AtTheBank,
): Promise<Answer> {
  const path = new URL(link).pathname;
  const visit = await shop.call("GET", path, { token: null });
  const page = visit.headers["location"];
  if (typeof page !== "string" || outcome === "leave") return visit;
  const back = await answerBank(shop.app.sandbox, { page, link, outcome });
  return shop.call("GET", back, { token: null });
}

export interface AtBanksPage {
  readonly page: string;
  /** The link that led there. */
  readonly link: string;
  readonly outcome: Exclude<AtTheBank, "leave">;
}

/** Does on the bank's page what a payer does. Answers the path by which the payer comes back. */
export async function answerBank(
  sandbox: Pick<StripeSandbox, "fetch">,
  { page, link, outcome }: AtBanksPage,
): Promise<string> {
  const body = new URLSearchParams({ outcome });
  const answer = await sandbox.fetch(page, { method: "POST", body });
  // A bank that was not waiting any more leads nowhere; the payer goes back.
  const { pathname, search } = new URL(answer.headers.get("location") ?? `${link}/return`);
  return pathname + search;
}
