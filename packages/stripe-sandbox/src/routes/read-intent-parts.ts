import type { Transaction } from "../state/transaction.ts";
import type { Params } from "../wire/params.ts";
import { invalidParameter } from "../wire/refusal.ts";
import { readWebUrl } from "../wire/urls.ts";
import { fromParam } from "./lookup.ts";

/** The id of the customer a parameter names. @throws Refusal when there is none of that id. */
export function readCustomerId(tx: Transaction, params: Params): string | undefined {
  const id = params.filledText("customer");
  return id === undefined ? undefined : fromParam(tx, "customer", id, "customer").id;
}

/** How an intent was told which payment methods to take. */
export type MethodChoice = {
  /** True when nothing was listed: Stripe then offers whatever the account has. */
  readonly isAutomatic: boolean;
  readonly allowedTypes: readonly "card"[] | null;
};

/** Only cards exist here, so all that counts of the choice is how it was said. */
export function readMethodChoice(params: Params): MethodChoice {
  const allowedTypes = readCardTypes(params, "allowed_payment_method_types");
  // What Stripe called the parameter before API version `endive`; older SDKs still send it.
  const listedTypes = readCardTypes(params, "payment_method_types");
  const automatic = params.child("automatic_payment_methods");
  automatic?.choice("allow_redirects", ["always", "never"]);
  const isUnlisted = allowedTypes === null && listedTypes === null;
  return { isAutomatic: automatic?.boolean("enabled") ?? isUnlisted, allowedTypes };
}

function readCardTypes(params: Params, name: string): readonly "card"[] | null {
  const types = params.texts(name);
  return (
    types?.map((type) => {
      if (type === "card") return type;
      throw invalidParameter(name, `The type "${type}" is invalid: this sandbox has cards only.`);
    }) ?? null
  );
}

/** How a confirmation is to go on when the cardholder has to be asked who they are. */
export function readConfirmationHints(params: Params): {
  readonly returnUrl: string | null;
  /** True when the request is to fail rather than to wait for anybody. */
  readonly refusesAction: boolean;
} {
  params.boolean("use_stripe_sdk");
  return {
    returnUrl: readWebUrl(params, "return_url") ?? null,
    refusesAction: params.boolean("error_on_requires_action") ?? false,
  };
}

export const futureUsages = ["off_session", "on_session"] as const;
