import { findCardByNumber } from "../cards/test-cards.ts";
import type { PaymentMethodRecord } from "../objects/payment-method.ts";
import type { Transaction } from "../state/transaction.ts";
import { invalidParameter } from "../wire/refusal.ts";

/** What a card's network tells of a card that was issued anew. */
export type CardRenewal = {
  /** A public test card; the same number without it. */
  readonly number?: string;
  /** From 1 to 12. */
  readonly expiryMonth: number;
  readonly expiryYear: number;
};

/** Gives a saved card the number and expiry of its successor, as networks do without being asked. */
export function renewCard(
  tx: Transaction,
  method: PaymentMethodRecord,
  renewal: CardRenewal,
): PaymentMethodRecord {
  const card = findCardByNumber(renewal.number ?? method.cardNumber);
  if (card === undefined) throw invalidParameter("number", "Not the number of a test card.");
  const renewed = tx.put("payment_method", {
    ...method,
    ...checkedExpiry(renewal.expiryMonth, renewal.expiryYear),
    cardNumber: card.number,
  });
  tx.emit("payment_method.automatically_updated", { kind: "payment_method", value: renewed });
  return renewed;
}

/** @throws Refusal unless there is such a month. Years are whole: 2030. */
export function checkedExpiry(expiryMonth: number, expiryYear: number) {
  if (!Number.isInteger(expiryMonth) || expiryMonth < 1 || expiryMonth > 12) {
    throw invalidParameter(
      "card[exp_month]",
      "Your card's expiration month is invalid.",
      "invalid_expiry_month",
    );
  }
  if (!Number.isInteger(expiryYear) || expiryYear < 2000 || expiryYear > 2100) {
    throw invalidParameter(
      "card[exp_year]",
      "Your card's expiration year is invalid.",
      "invalid_expiry_year",
    );
  }
  return { expiryMonth, expiryYear };
}
