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
    "Credit notes, and the credit lines of later invoices, take back no more than their invoice's lines charge; notes as much as their own lines say, and they refund as much as they promise.",
  find({ invoices, lines, creditNotes, refunds }) {
    const notesOf = groupBy(creditNotes, invoiceKey);
    const linesOf = groupBy(lines, invoiceKey);
    const refundsOf = groupBy(refunds, noteKey);
    const known = new Set(invoices.map(ownedKey));
    const creditedIn = groupBy(creditedLines(lines, invoices), invoiceKey);
    return [
      ...creditNotes.flatMap((note) =>
        wrongNote(note, known.has(invoiceKey(note)), refundsOf.get(ownedKey(note)) ?? []),
      ),
      ...invoices.flatMap((invoice) => {
        const key = ownedKey(invoice);
        return wronglyCredited(invoice, linesOf.get(key) ?? [], {
          notes: notesOf.get(key) ?? [],
          credited: creditedIn.get(key) ?? [],
        });
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

interface CreditedLine {
  readonly customerId: bigint;
  readonly invoiceId: bigint;
  readonly lineNumber: number;
  readonly amountMinor: bigint;
}

/** What credit lines give back of other lines; those of a void invoice give back nothing. */
function creditedLines(
  lines: readonly LineFact[],
  invoices: readonly InvoiceFact[],
): CreditedLine[] {
  const gone = new Set(invoices.filter(({ status }) => status === "void").map(ownedKey));
  return lines.flatMap((line) => {
    const { computation, customerId, amountMinor } = line;
    if (computation?.type !== "credit" || gone.has(invoiceKey(line))) return [];
    const { invoiceId, lineNumber } = computation;
    return [{ customerId, invoiceId, lineNumber, amountMinor: -amountMinor }];
  });
}

interface Taken {
  readonly notes: readonly CreditNoteFact[];
  readonly credited: readonly CreditedLine[];
}

function wronglyCredited(
  invoice: InvoiceFact,
  lines: readonly LineFact[],
  { notes, credited }: Taken,
): Finding[] {
  const { currency, creditedMinor } = invoice;
  const takenOff = sumOf(notes, ({ dueMinor }) => dueMinor);
  const taken = [...notes.flatMap((note) => note.lines), ...credited];
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
