export type { Checkout } from "./checkout.ts";
