import type { CountedChargeWire, ExplanationWire, RatedTierWire } from "../wire.ts";
import type { Colors } from "./colors.ts";
import { grouped, tableLines } from "./table.ts";

/** How a line came about, for a person: formula, tiers, rounding, and whether it holds. */
export function explanationLines(explanation: ExplanationWire, colors: Colors): string[] {
  const { description, line, currency, formula, rounding, billed, recomputed } = explanation;
  return [
    colors.bold(`${description}: ${grouped(billed)} ${currency}`) +
      colors.quiet(`  line ${line} of ${explanation.invoice}`),
    ...tableLines(
      [
        ["  formula", formula],
        ["  exact", `${explanation.exact} ${currency}`],
        ["  rounding", rounding],
      ],
      ["left", "left"],
    ),
    ...tierLines(explanation.tiers),
    ...chargeLines(explanation.charges),
    explanation.holds
      ? colors.good(`  Computed again from its events it is ${recomputed} ${currency}, as billed.`)
      : colors.bad(
          `  It does not hold: computed again from its events it is ${recomputed} ${currency}, and ${billed} ${currency} was billed.`,
        ),
  ];
}

function tierLines(tiers: readonly RatedTierWire[]): string[] {
  if (tiers.length === 0) return [];
  const header = ["above", "up to", "quantity", "unit price", "flat", "comes to"];
  const rows = tiers.map((tier) => [
    tier.from,
    tier.up_to ?? "no end",
    tier.quantity,
    tier.unit_price,
    tier.flat_price,
    tier.exact,
  ]);
  const right = "right" as const;
  return tableLines([header, ...rows], [right, right, right, right, right, right]).map(
    (text) => `    ${text}`,
  );
}

/** What a minimum or maximum counts, and how much of it is beyond the maximum. */
function chargeLines(charges: readonly CountedChargeWire[]): string[] {
  if (charges.length === 0) return [];
  const header = ["charge", "amount", "beyond", "invoice", "line"];
  const rows = charges.map(({ description, amount, beyond, invoice, line }) => [
    description,
    amount,
    beyond,
    invoice,
    line.toString(),
  ]);
  return tableLines([header, ...rows], ["left", "right", "right", "left", "right"]).map(
    (text) => `    ${text}`,
  );
}
