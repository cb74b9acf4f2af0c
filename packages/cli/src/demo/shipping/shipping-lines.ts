import type { Colors } from "../../terminal/colors.ts";
import { explanationLines } from "../../terminal/explanation.ts";
import { type Alignment, grouped, tableLines } from "../../terminal/table.ts";
import type { ShippingStory } from "./play-shipping.ts";

/** The invoice as a small table, and how each of its lines came about. */
export function shippingLines(story: ShippingStory, colors: Colors): string[] {
  const { invoice, explanations, duplicatesIgnored, webhooks } = story;
  const columns: Alignment[] = ["left", "right", "right"];
  const rows = [
    ...invoice.lines.map((line) => [line.description, line.quantity, grouped(line.amount)]),
    ["Total", "", grouped(invoice.total)],
  ];
  return [
    colors.bold(
      `Invoice ${invoice.number}, ${invoice.period_start.slice(0, 10)} to ${invoice.period_end.slice(0, 10)}, ${invoice.currency}, ${invoice.status}`,
    ),
    ...tableLines(rows, columns).map((line) => `  ${line}`),
    "",
    ...explanations.flatMap((explanation) => explanationLines(explanation, colors)),
    "",
    `  ${duplicatesIgnored} reports came more than once and were counted once.`,
    `  Webhooks received: ${webhooks.join(", ")}.`,
    "  The rail's journal holds one charge, of 11,699.00 JMD.",
  ];
}
