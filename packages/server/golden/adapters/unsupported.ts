import type { Unsupported } from "../golden-case.ts";

const TAX = "taxes are not built yet";
const WALLET = "the wallet, which holds credits and grants, is not built yet";

/** What this engine cannot say anything about yet. */
export const unsupported: readonly Unsupported[] = [
  { topics: "discount-tax", reason: "discounts and taxes are not built yet" },
  { topics: "rounding first-period wallet", about: "tax_rate", reason: TAX },
  { topics: "wallet credit-order credit-recurring credit-overage credit-void", reason: WALLET },
  { topics: "resume", about: "credit_used", reason: WALLET },
];
