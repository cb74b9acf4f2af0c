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
  const bank = visit.headers["location"];
  if (typeof bank !== "string" || outcome === "leave") return visit;
  const body = new URLSearchParams({ outcome });
  const answer = await shop.app.sandbox.fetch(bank, { method: "POST", body });
  // A bank that was not waiting any more leads nowhere; the payer goes back.
  const back = new URL(answer.headers.get("location") ?? `${link}/return`);
  return shop.call("GET", back.pathname + back.search, { token: null });
}
