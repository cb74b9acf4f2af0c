export type { Breach } from "./breach.ts";
export { breachesOf, invariantNames } from "./breaches.ts";
export { type Checked, checkedSum, nothingChecked, sizeOf } from "./checked.ts";
export type {
  AttemptFact,
  ChargeFact,
  CloseFact,
  CounterFact,
  DisputeFact,
  Facts,
  GivenBackFact,
  HeadFact,
  InvoiceFact,
  JournalFact,
  LineFact,
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
export { groupBy } from "./matching.ts";
export { eventNumbers, invoiceNumbers, type NumberSpan, wrongNumbers } from "./numbers.ts";
export { type Candidate, pageWithin } from "./page-within.ts";
