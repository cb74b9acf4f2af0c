import { createHash } from "node:crypto";
import type { Product } from "./product.ts";

interface TransferRow {
  readonly customer_id: bigint;
  readonly currency: string;
  readonly debit_account: string;
  readonly credit_account: string;
  readonly amount_minor: string;
  readonly source_type: string;
  readonly source_id: bigint;
  readonly occurred_at: number;
}

/**
 * One hash over all that the books hold, customer by customer, each in the order of its chain. What a
 * transfer came from goes by its place among the customer's sources: ids are not the same in two runs.
 */
export async function ledgerHash({ shop, customers }: Product): Promise<string> {
  const rows = await shop.app.db.inSnapshot(shop.projectIds.sandbox, (tx) =>
    tx.query<TransferRow>(
      `select customer_id, currency, debit_account, credit_account, amount_minor, source_type,
              source_id, occurred_at
         from ledger_transfer order by customer_id, sequence`,
    ),
  );
  const numbers = new Map([...customers].map(([number, id]) => [id, number]));
  const sources = new Map<bigint, Map<bigint, number>>();
  const lines = rows.map((row) => {
    const ofCustomer = sources.get(row.customer_id) ?? new Map<bigint, number>();
    const source = ofCustomer.get(row.source_id) ?? ofCustomer.size;
    sources.set(row.customer_id, ofCustomer.set(row.source_id, source));
    const { currency, debit_account, credit_account, amount_minor, source_type, occurred_at } = row;
    const customer = numbers.get(row.customer_id) ?? 0;
    const moved = [currency, debit_account, credit_account, amount_minor, occurred_at];
    return { customer, text: [customer, ...moved, source_type, source].join("|") };
  });
  const inOrder = lines.toSorted((one, other) => one.customer - other.customer);
  return createHash("sha256")
    .update(inOrder.map(({ text }) => text).join("\n"))
    .digest("hex");
}
