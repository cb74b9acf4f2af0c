export type { Breach } from "./breach.ts";
export { breachesOf, invariantNames } from "./breaches.ts";
export { type Checked, checkedSum, nothingChecked, sizeOf } from "./checked.ts";
export type {
  AttemptFact,
  BilledItemFact,
  ChangeFact,
  ChargeFact,
  CloseFact,
  CounterFact,
  CreditNoteFact,
  DisputeFact,
  Facts,
  GivenBackFact,
  HeadFact,
  InvoiceFact,
  JournalFact,
  LineFact,
  ManualPaymentFact,
  MeteredFact,
  PaymentFact,
  RefundFact,
  SubscriptionFact,
  TallyFact,
  ToldFact,
  TransferFact,
  UsageFact,
  WrongValueFact,
} from "./facts.ts";
export {
  creditNoteNumbers,
  eventNumbers,
  invoiceNumbers,
  type NumberSpan,
  wrongNumbers,
} from "./numbers.ts";
export { type Candidate, pageWithin } from "./page-within.ts";
