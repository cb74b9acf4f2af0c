import { type Decline, declines } from "./declines.ts";

/** A public test card and how its issuer behaves. */
export type TestCard = {
  readonly number: string;
  readonly brand: "amex" | "mastercard" | "visa";
  /** What it does, for the list on the hosted page. */
  readonly label: string;
  /** The test payment methods (`pm_card_…`) that stand for this card; tokens end alike (`tok_…`). */
  readonly names: readonly string[];
  /** The answer when the card is saved; null when that succeeds. */
  readonly onSave: Decline | null;
  /** The answer when the card is charged; null when that succeeds. */
  readonly onCharge: Decline | null;
};

const works = { onSave: null, onCharge: null };
const fails = (decline: Decline) => ({ onSave: decline, onCharge: decline });

export const testCards: readonly TestCard[] = [
  { number: "4242424242424242", brand: "visa", label: "Visa, succeeds", names: ["visa"], ...works },
  {
    number: "5555555555554444",
    brand: "mastercard",
    label: "Mastercard, succeeds",
    names: ["mastercard"],
    ...works,
  },
  {
    number: "378282246310005",
    brand: "amex",
    label: "American Express, succeeds",
    names: ["amex"],
    ...works,
  },
  {
    number: "4000000000000002",
    brand: "visa",
    label: "Declined",
    names: ["chargeDeclined", "visa_chargeDeclined"],
    ...fails(declines.generic),
  },
  {
    number: "4000000000009995",
    brand: "visa",
    label: "Insufficient funds",
    names: ["chargeDeclinedInsufficientFunds", "visa_chargeDeclinedInsufficientFunds"],
    ...fails(declines.insufficientFunds),
  },
  {
    number: "4000000000000069",
    brand: "visa",
    label: "Expired card",
    names: ["chargeDeclinedExpiredCard"],
    ...fails(declines.expired),
  },
  {
    number: "4000000000000127",
    brand: "visa",
    label: "Incorrect CVC",
    names: ["chargeDeclinedIncorrectCvc"],
    ...fails(declines.incorrectCvc),
  },
  {
    number: "4000000000000119",
    brand: "visa",
    label: "Processing error",
    names: ["chargeDeclinedProcessingError"],
    ...fails(declines.processing),
  },
  {
    number: "4000000000000341",
    brand: "visa",
    label: "Can be saved, fails when charged",
    names: ["chargeCustomerFail"],
    onSave: null,
    onCharge: declines.generic,
  },
];

const byNumber = new Map(testCards.map((card) => [card.number, card]));

const byToken = new Map(
  testCards.flatMap((card) =>
    card.names.flatMap((name): [string, TestCard][] => [
      [`pm_card_${name}`, card],
      [`tok_${name}`, card],
    ]),
  ),
);

export function findCardByNumber(number: string): TestCard | undefined {
  return byNumber.get(number);
}

/** The card that a test payment method (`pm_card_visa`) or test token (`tok_visa`) stands for. */
export function findCardByToken(token: string): TestCard | undefined {
  return byToken.get(token);
}

/** The card a saved payment method was made from. */
export function getCard(number: string): TestCard {
  const card = byNumber.get(number);
  if (card === undefined) throw new Error(`the journal names a card this version does not know`);
  return card;
}
