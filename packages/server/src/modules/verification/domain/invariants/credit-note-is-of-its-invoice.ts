import { groupBy } from "#kernel/group-by.ts";
import { ownedKey } from "#kernel/ids.ts";
import type { Finding } from "#modules/verification/domain/breach.ts";
import type {
  CreditNoteFact,
  InvoiceFact,
  LineFact,
  RefundFact,
} from "#modules/verification/domain/facts.ts";
import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { sumOf } from "#modules/verification/domain/matching.ts";
import { creditNoteName, invoiceName, minorText } from "#modules/verification/domain/names.ts";
import { invoiceKey } from "./invoice-of-line.ts";

export const creditNoteIsOfItsInvoice: Invariant = {
  name: "credit_note_is_of_its_invoice",
  states:
    "Credit notes take back no more than their invoice's lines charge, as much as their own lines say, and refund as much as they promise.",
  find({ invoices, lines, creditNotes, refunds }) {
    const notesOf = groupBy(creditNotes, invoiceKey);
    const linesOf = groupBy(lines, invoiceKey);
    const refundsOf = groupBy(refunds, noteKey);
    const known = new Set(invoices.map(ownedKey));
    return [
      ...creditNotes.flatMap((note) =>
        wrongNote(note, known.has(invoiceKey(note)), refundsOf.get(ownedKey(note)) ?? []),
      ),
      ...invoices.flatMap((invoice) => {
        const key = ownedKey(invoice);
        return wronglyCredited(invoice, linesOf.get(key) ?? [], notesOf.get(key) ?? []);
      }),
    ];
  },
};

function wrongNote(
  note: CreditNoteFact,
  hasInvoice: boolean,
  refunds: readonly RefundFact[],
): Finding[] {
  const { amountMinor, refundMinor, currency } = note;
  const onLines = sumOf(note.lines, (line) => line.amountMinor);
  const refunded = sumOf(refunds, (refund) => refund.amountMinor);
  if (hasInvoice && onLines === amountMinor && refunded === refundMinor) return [];
  return [
    {
      ...creditNoteName(note),
      expected: `an invoice, ${minorText(amountMinor, currency)} on lines, ${refundMinor} to refund`,
      found: `${hasInvoice ? "an invoice" : "no invoice"}, ${onLines} on lines, ${refunded} to refund`,
    },
  ];
}

function wronglyCredited(
  invoice: InvoiceFact,
  lines: readonly LineFact[],
  notes: readonly CreditNoteFact[],
): Finding[] {
  const { currency, creditedMinor } = invoice;
  const takenOff = sumOf(notes, ({ dueMinor }) => dueMinor);
  const taken = notes.flatMap((note) => note.lines);
  const beyond = lines.filter(({ lineNumber, amountMinor }) => {
    const ofLine = taken.filter((line) => line.lineNumber === lineNumber);
    return ofLine.length > 0 && sumOf(ofLine, (line) => line.amountMinor) > amountMinor;
  });
  if (takenOff === creditedMinor && beyond.length === 0) return [];
  return [
    {
      ...invoiceName(invoice),
      expected: `${minorText(creditedMinor, currency)} off what was due, and no line taken back twice`,
      found: `${minorText(takenOff, currency)}, ${beyond.length} lines taken back too far`,
    },
  ];
}

function noteKey({ customerId, creditNoteId }: RefundFact): string {
  return creditNoteId === null ? "" : ownedKey({ customerId, id: creditNoteId });
}
