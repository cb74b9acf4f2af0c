import type { Api } from "./api.ts";
import type { Account, CardKind, ChangeCard } from "./book.ts";

/** The sandbox's cards: the token by which one is saved, and the number that is typed on a page. */
export const CARDS: Readonly<
  Record<CardKind | ChangeCard, { readonly token: string; readonly number: string }>
> = {
  good: { token: "pm_card_visa", number: "4242424242424242" },
  declined: { token: "pm_card_chargeCustomerFail", number: "4000000000000341" },
  disputed: { token: "pm_card_createDispute", number: "4000000000000259" },
  inquired: { token: "pm_card_createDisputeInquiry", number: "4000000000001976" },
  "refund pends": { token: "pm_card_pendingRefund", number: "4000000000007726" },
  "refund fails": { token: "pm_card_refundFail", number: "4000000000005126" },
  challenged: { token: "pm_card_authenticationRequired", number: "4000002760003184" },
};

/** Saves a card, which is charged from now on. Asked again under its key it is the same one. */
export async function giveCard(
  api: Api,
  account: Account,
  card: CardKind | ChangeCard,
  key: string,
): Promise<void> {
  const { token } = CARDS[card];
  await api.post(`/v1/customers/${account.customer}/payment_methods`, { token }, key);
  account.cardKeys.add(key);
}
