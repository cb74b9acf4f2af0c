export { type Charge, chargesUpTo } from "./charge.ts";
export type { Computation } from "./computation.ts";
export { withCreditApplied } from "./credit-applied.ts";
export {
  type CreditAsked,
  type CreditFacts,
  type CreditNote,
  type CreditNotePlan,
  type NoteLine,
  planCreditNote,
} from "./credit-note.ts";
export { explainLine } from "./explain.ts";
export type { CountedCharge, Evidence, Explanation } from "./explanation.ts";
export {
  againstPromises,
  type CreditedLine,
  creditableMinor,
  type GivenBack,
  keptMinor,
  linesLeft,
  returnableMinor,
} from "./given-back.ts";
export {
  amountDueMinor,
  amountRemainingMinor,
  type CreditedDraft,
  type DraftInvoice,
  draftInvoice,
  type Invoice,
  type InvoiceLine,
  type InvoiceReason,
  type InvoiceStatus,
  isPayableByLink,
  issuedInvoice,
  type TermedDraft,
} from "./invoice.ts";
export {
  billedItems,
  type InvoiceItem,
  itemLine,
  type OneOffItem,
  oneOffMinor,
  refuseBilled,
  refuseUnfitItem,
} from "./invoice-item.ts";
export {
  allowedActions,
  creditedWith,
  markedUncollectible,
  paidWith,
  refuseUnlessAllowed,
  ungranted,
  voided,
} from "./lifecycle.ts";
export { limitLines } from "./limit-line.ts";
export { type DraftLine, flatLine, type Used, usageLine } from "./line.ts";
export { type OneOffAsked, oneOffInvoice } from "./one-off.ts";
export {
  type Collection,
  dueAt,
  NET_DAYS_MAX,
  type OwnPaymentTerms,
  type PaymentTerms,
  termsFor,
} from "./payment-terms.ts";
export { creditLine, type RunningLine } from "./running-line.ts";
export { creditForUnused } from "./unused-credit.ts";
export { planUnusedNote, type UnusedLine } from "./unused-note.ts";
