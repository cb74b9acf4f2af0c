export type { Checkout } from "./checkout.ts";
export type { InvoicePage } from "./invoice-page.ts";
