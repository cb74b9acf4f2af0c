import { createHash } from "node:crypto";
import type { SavedAnswer } from "../state/collections.ts";
import type { Store } from "../state/store.ts";
import { canonicalForm, type FormTree } from "./form.ts";
import { Refusal } from "./refusal.ts";

const keyLengthMax = 255;

/** What a POST says that its repetition must say again. */
export type Claim = { readonly key: string; readonly path: string; readonly digest: string };

/** The claim of a request that carries an `Idempotency-Key`; null without one, or when not a POST. */
export function readClaim(request: Request, path: string, form: FormTree): Claim | null {
  const key = request.headers.get("idempotency-key");
  if (request.method !== "POST" || key === null || key === "") return null;
  if (key.length > keyLengthMax) {
    throw misused(`Idempotency keys may be up to ${keyLengthMax} characters long.`);
  }
  const digest = createHash("sha256").update(canonicalForm(form)).digest("hex");
  return { key, path, digest };
}

/**
 * The answer that was given to this key before, if any. Keys are kept for ever, since a replay that
 * comes late must not charge twice. Stripe's 409 for a key in use cannot occur: requests are carried
 * out one at a time.
 *
 * @throws Refusal `idempotency_error` when the key came with another path or other parameters.
 */
export function findSavedAnswer(store: Store, claim: Claim): SavedAnswer | undefined {
  const saved = store.find("saved_answer", claim.key);
  if (saved === undefined) return undefined;
  const advice = `Try using a key other than '${claim.key}' if you meant to execute a different request.`;
  if (saved.path !== claim.path) {
    throw misused(
      `Keys for idempotent requests can only be used for the same endpoint they were first used for ('${claim.path}' vs '${saved.path}'). ${advice}`,
    );
  }
  if (saved.digest !== claim.digest) {
    throw misused(
      `Keys for idempotent requests can only be used with the same parameters they were first used with. ${advice}`,
    );
  }
  return saved;
}

function misused(message: string): Refusal {
  return new Refusal(400, { type: "idempotency_error", message }, { isValidation: true });
}
