import type { StripeSandbox } from "@farthing/stripe-sandbox";

/**
 * Does what a payer does on the card page at `url`. Answers the address that the page leads back
 * to.
 */
export async function payOnPage(
  sandbox: Pick<StripeSandbox, "fetch">,
  url: string,
  number = "4242 4242 4242 4242",
): Promise<string> {
  const body = new URLSearchParams({
    number,
    expiry: "12 / 39",
    cvc: "123",
    name: "Ada Lovelace",
    country: "JM",
    postal_code: "",
  });
  const answer = await sandbox.fetch(url, { method: "POST", body });
  const location = answer.headers.get("location");
  if (answer.status === 303 && location !== null) return location;
  throw new Error(`the page answered ${answer.status}: ${await answer.text()}`);
}
