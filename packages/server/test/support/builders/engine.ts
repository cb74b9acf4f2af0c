import type { Engine } from "#flows/engine.ts";
import { createPlanCache } from "#modules/catalog/index.ts";
import { createInvoiceLinks } from "#modules/invoices/index.ts";
import { createSecretHasher } from "#platform/crypto/keyed-hash.ts";

const PUBLIC_URL = "https://billing.example";
const PEPPER = "a pepper that is as good as any other one";

/** An engine by somebody's clock, without an app around it. */
export function engineBy({ clock, newId }: Pick<Engine, "clock" | "newId">): Engine {
  const invoiceLinks = createInvoiceLinks(PUBLIC_URL, createSecretHasher(PEPPER, "invoice_link"));
  return { clock, newId, plans: createPlanCache(), publicUrl: PUBLIC_URL, invoiceLinks };
}
