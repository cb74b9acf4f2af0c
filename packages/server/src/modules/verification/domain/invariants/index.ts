import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { attemptsAreCounted } from "./attempts-are-counted.ts";
import { booksHoldCreditNotes } from "./books-hold-credit-notes.ts";
import { booksHoldDisputes } from "./books-hold-disputes.ts";
import { booksHoldInvoices } from "./books-hold-invoices.ts";
import { booksHoldPayments } from "./books-hold-payments.ts";
import { booksHoldRefunds } from "./books-hold-refunds.ts";
import { chainIsUnbroken } from "./chain-is-unbroken.ts";
import { closeHasItsInvoice } from "./close-has-its-invoice.ts";
import { counterIsSumOfEvents } from "./counter-is-sum-of-events.ts";
import { counterKnowsWhatWasBilled } from "./counter-knows-what-was-billed.ts";
import { creditIsNeverOverdrawn } from "./credit-is-never-overdrawn.ts";
import { creditNoteIsOfItsInvoice } from "./credit-note-is-of-its-invoice.ts";
import { eventIsInItsPeriod } from "./event-is-in-its-period.ts";
import { happeningsAreToldOnce } from "./happenings-are-told-once.ts";
import { invoiceHasOnePayment } from "./invoice-has-one-payment.ts";
import { invoiceIsOverdueWhenDue } from "./invoice-is-overdue-when-due.ts";
import { invoiceIsSumOfLines } from "./invoice-is-sum-of-lines.ts";
import { itemIsBilledOnce } from "./item-is-billed-once.ts";
import { lineFollowsFromEvents } from "./line-follows-from-events.ts";
import { lineRecomputes } from "./line-recomputes.ts";
import { paidInvoiceIsPaidInFull } from "./paid-invoice-is-paid-in-full.ts";
import { paymentIsChargedOnce } from "./payment-is-charged-once.ts";
import { paymentSettlesItsInvoice } from "./payment-settles-its-invoice.ts";
import { periodIsBilledOnce } from "./period-is-billed-once.ts";
import { periodsFollowEachOther } from "./periods-follow-each-other.ts";
import { receivableIsWhatIsOwed } from "./receivable-is-what-is-owed.ts";
import { refundIsMadeOnce } from "./refund-is-made-once.ts";
import { valueIsSumOfEvents } from "./value-is-sum-of-events.ts";

/** What is true of the data of each customer, in the order in which money comes about. */
export const invariants: readonly Invariant[] = [
  counterIsSumOfEvents,
  valueIsSumOfEvents,
  eventIsInItsPeriod,
  counterKnowsWhatWasBilled,
  lineRecomputes,
  lineFollowsFromEvents,
  itemIsBilledOnce,
  invoiceIsSumOfLines,
  closeHasItsInvoice,
  periodIsBilledOnce,
  periodsFollowEachOther,
  invoiceHasOnePayment,
  paymentSettlesItsInvoice,
  paidInvoiceIsPaidInFull,
  invoiceIsOverdueWhenDue,
  creditNoteIsOfItsInvoice,
  attemptsAreCounted,
  paymentIsChargedOnce,
  refundIsMadeOnce,
  chainIsUnbroken,
  booksHoldInvoices,
  booksHoldPayments,
  booksHoldCreditNotes,
  booksHoldRefunds,
  booksHoldDisputes,
  receivableIsWhatIsOwed,
  creditIsNeverOverdrawn,
  happeningsAreToldOnce,
];
