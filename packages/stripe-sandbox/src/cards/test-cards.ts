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
  /**
   * When its issuer wants to know that the cardholder is there: always; unless the card was set up for
   * charges in their absence; or only in their presence, as if it had been set up elsewhere.
   */
  readonly authentication?: "always" | "if_present" | "unless_set_up";
  /** What becomes of a refund some seconds later; without it, it succeeds at once. */
  readonly refund?: "fails_later" | "pending";
  /** The dispute that follows each charge; an inquiry takes no money yet. */
  readonly dispute?: { readonly reason: DisputeReason; readonly isInquiry: boolean };
};

export type DisputeReason = "fraudulent" | "product_not_received";

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
  {
    number: "4000002760003184",
    brand: "visa",
    label: "Authentication always required",
    names: ["authenticationRequired"],
    authentication: "always",
    ...works,
  },
  {
    number: "4000002500003155",
    brand: "visa",
    label: "Authentication required unless set up",
    names: ["authenticationRequiredOnSetup"],
    authentication: "unless_set_up",
    ...works,
  },
  {
    number: "4000003800000446",
    brand: "visa",
    label: "Set up already, authentication in checkout only",
    names: ["authenticationRequiredSetupForOffSession"],
    authentication: "if_present",
    ...works,
  },
  {
    number: "4000008260003178",
    brand: "visa",
    label: "Authentication, then insufficient funds",
    names: ["authenticationRequiredChargeDeclinedInsufficientFunds"],
    authentication: "always",
    onSave: null,
    onCharge: declines.insufficientFunds,
  },
  {
    number: "4000000000000259",
    brand: "visa",
    label: "Succeeds, then disputed as fraudulent",
    names: ["createDispute"],
    dispute: { reason: "fraudulent", isInquiry: false },
    ...works,
  },
  {
    number: "4000000000002685",
    brand: "visa",
    label: "Succeeds, then disputed as not received",
    names: ["createDisputeProductNotReceived"],
    dispute: { reason: "product_not_received", isInquiry: false },
    ...works,
  },
  {
    number: "4000000000001976",
    brand: "visa",
    label: "Succeeds, then the bank inquires",
    names: ["createDisputeInquiry"],
    dispute: { reason: "fraudulent", isInquiry: true },
    ...works,
  },
  {
    number: "4000000000007726",
    brand: "visa",
    label: "Succeeds, a refund is pending first",
    names: ["pendingRefund"],
    refund: "pending",
    ...works,
  },
  {
    number: "4000000000005126",
    brand: "visa",
    label: "Succeeds, a refund fails later",
    names: ["refundFail"],
    refund: "fails_later",
    ...works,
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
