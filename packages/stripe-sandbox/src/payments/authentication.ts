import { getCard } from "../cards/test-cards.ts";
import type { PaymentMethodRecord } from "../objects/payment-method.ts";

/** Whether the issuer asks who is paying before it lets this card be charged. */
export function chargeNeedsAuthentication(
  method: PaymentMethodRecord,
  { isOffSession }: { readonly isOffSession: boolean },
): boolean {
  const { authentication } = getCard(method.cardNumber);
  if (authentication === undefined || authentication === "always")
    return authentication === "always";
  const isExcused = authentication === "if_present" || method.isSetUp === true;
  return !isOffSession || !isExcused;
}

/** Whether the issuer asks who it is before the card may be kept for charges in their absence. */
export function setupNeedsAuthentication({ cardNumber }: PaymentMethodRecord): boolean {
  const { authentication } = getCard(cardNumber);
  return authentication === "always" || authentication === "unless_set_up";
}
