import type { Clock } from "#kernel/clock.ts";
import type { NewId } from "#kernel/ids.ts";
import type { PlanCache } from "#modules/catalog/index.ts";
import type { InvoiceLinks } from "#modules/invoices/index.ts";

/** What every flow needs beside its transaction. */
export interface Engine {
  /** The server's own time; a customer on a test clock lives in another. */
  readonly clock: Clock;
  readonly newId: NewId;
  readonly plans: PlanCache;
  /** Where payers reach this server: `https://billing.example`. */
  readonly publicUrl: string;
  /** Where payers see the invoices that were sent to them. */
  readonly invoiceLinks: InvoiceLinks;
}
