import { groupBy } from "#kernel/group-by.ts";
import { ownedKey } from "#kernel/ids.ts";
import { storedNanos } from "#kernel/nanos.ts";
import type {
  BilledItemFact,
  CreditNoteFact,
  ManualPaymentFact,
} from "#modules/verification/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";

interface ManualPaymentRow {
  customer_id: bigint;
  id: bigint;
  invoice_id: bigint;
  currency: string;
  amount_minor: string;
  surplus_minor: string;
}

export async function listManualPaymentFacts(
  tx: Tx,
  customerIds: readonly bigint[],
): Promise<ManualPaymentFact[]> {
  const rows = await tx.query<ManualPaymentRow>(
    `select customer_id, id, invoice_id, currency, amount_minor, surplus_minor
       from manual_payment where customer_id = any($1)`,
    [customerIds],
  );
  return rows.map((row) => ({
    customerId: row.customer_id,
    id: row.id,
    invoiceId: row.invoice_id,
    currency: row.currency,
    amountMinor: BigInt(row.amount_minor),
    surplusMinor: BigInt(row.surplus_minor),
  }));
}

interface BilledItemRow {
  customer_id: bigint;
  id: bigint;
  invoice_id: bigint;
  line_number: number;
  quantity: string;
  unit_amount: string;
  currency: string;
}

export async function listBilledItemFacts(
  tx: Tx,
  customerIds: readonly bigint[],
): Promise<BilledItemFact[]> {
  const rows = await tx.query<BilledItemRow>(
    `select customer_id, id, invoice_id, line_number, quantity, unit_amount, currency
       from invoice_item where customer_id = any($1) and invoice_id is not null`,
    [customerIds],
  );
  return rows.map((row) => ({
    customerId: row.customer_id,
    id: row.id,
    invoiceId: row.invoice_id,
    lineNumber: row.line_number,
    quantity: storedNanos(row.quantity),
    unitAmount: storedNanos(row.unit_amount),
    currency: row.currency,
  }));
}

interface CreditNoteRow {
  customer_id: bigint;
  id: bigint;
  invoice_id: bigint;
  currency: string;
  amount_minor: string;
  due_minor: string;
  balance_minor: string;
  refund_minor: string;
}

interface LineRow {
  customer_id: bigint;
  credit_note_id: bigint;
  line_number: number;
  amount_minor: string;
}

export async function listCreditNoteFacts(
  tx: Tx,
  customerIds: readonly bigint[],
): Promise<CreditNoteFact[]> {
  const rows = await tx.query<CreditNoteRow>(
    `select customer_id, id, invoice_id, currency, amount_minor, due_minor, balance_minor, refund_minor
       from credit_note where customer_id = any($1)`,
    [customerIds],
  );
  const lines = await tx.query<LineRow>(
    `select customer_id, credit_note_id, line_number, amount_minor
       from credit_note_line where customer_id = any($1)`,
    [customerIds],
  );
  const linesOf = groupBy(lines, (line) =>
    ownedKey({ customerId: line.customer_id, id: line.credit_note_id }),
  );
  return rows.map((row) => {
    const key = { customerId: row.customer_id, id: row.id };
    return {
      ...key,
      invoiceId: row.invoice_id,
      currency: row.currency,
      amountMinor: BigInt(row.amount_minor),
      dueMinor: BigInt(row.due_minor),
      balanceMinor: BigInt(row.balance_minor),
      refundMinor: BigInt(row.refund_minor),
      lines: (linesOf.get(ownedKey(key)) ?? []).map((line) => ({
        lineNumber: line.line_number,
        amountMinor: BigInt(line.amount_minor),
      })),
    };
  });
}
