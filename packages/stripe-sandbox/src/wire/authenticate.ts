import { Refusal } from "./refusal.ts";

/**
 * Refuses a request without a secret key of the test mode. `secretKeys` are the ones to accept; when
 * it is undefined, any `sk_test_…` is. A live key is refused in every case.
 */
export function authenticate(headers: Headers, secretKeys: readonly string[] | undefined): void {
  const key = presentedKey(headers.get("authorization") ?? "");
  if (key === "") {
    throw unauthenticated(
      "You did not provide an API key. Send it in the Authorization header, as 'Authorization: Bearer YOUR_SECRET_KEY'.",
    );
  }
  const isAccepted = /^sk_test_./.test(key) && (secretKeys?.includes(key) ?? true);
  if (!isAccepted) throw unauthenticated(`Invalid API Key provided: ${masked(key)}`);
}

/** The key of `Bearer <key>`, or the user name of `Basic`, as with `curl -u sk_test_…:`. */
function presentedKey(header: string): string {
  const [, scheme = "", credentials = ""] = /^(\S+)\s+(\S+)$/.exec(header) ?? [];
  if (scheme.toLowerCase() === "bearer") return credentials;
  if (scheme.toLowerCase() !== "basic") return "";
  return Buffer.from(credentials, "base64").toString("utf8").split(":")[0] ?? "";
}

function masked(key: string): string {
  return key.length <= 12 ? "***" : `${key.slice(0, 8)}***${key.slice(-4)}`;
}

function unauthenticated(message: string): Refusal {
  return new Refusal(401, { type: "invalid_request_error", message }, { isValidation: true });
}
