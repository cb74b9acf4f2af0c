import type { Json } from "#test/support/app.ts";
import { on, span } from "./words.ts";

/** An invoice in a few words. */
export interface Bill {
  readonly number: number;
  /** When it was made, as `on` writes it. */
  readonly issued: string;
  readonly reason: string;
  readonly status: string;
  readonly total: string;
  readonly lines: readonly string[];
}

export function billOf(invoice: Json): Bill {
  return {
    number: Number(invoice.number),
    issued: on(invoice.issued_at),
    reason: invoice.reason,
    status: invoice.status,
    total: invoice.total,
    lines: invoice.lines.map(lineInWords),
  };
}

/**
 * `Base fee: 2999.00`, `packages: 150 → 7500.00`, `late packages of 2026-01-01 – 2026-02-01: …`,
 * `Minimum spend of 2026-01-01 – 2026-02-01: 50.00`
 */
function lineInWords({ kind, description, quantity, amount, period_start, period_end }: Json) {
  if (kind === "flat" || kind === "credit") {
    return `${quantity === "1" ? "" : `${quantity} × `}${description}: ${amount}`;
  }
  if (kind === "minimum" || kind === "maximum") {
    return `${description} of ${span(period_start, period_end)}: ${amount}`;
  }
  const name =
    kind === "late_usage"
      ? `late ${description} of ${span(period_start, period_end)}`
      : description;
  return `${name}: ${quantity} → ${amount}`;
}
