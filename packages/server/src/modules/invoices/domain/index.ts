export type { Computation } from "./computation.ts";
export { type Explanation, explainLine } from "./explain.ts";
export {
  type DraftInvoice,
  draftInvoice,
  type Invoice,
  type InvoiceLine,
  type InvoiceReason,
  type InvoiceStatus,
  issuedInvoice,
} from "./invoice.ts";
export { type DraftLine, flatLine, usageLine } from "./line.ts";
